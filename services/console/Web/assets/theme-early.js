// Sets the chosen colour scheme before the first paint; lib/theme.js changes it later.
(() => {
  try {
    const theme = localStorage.getItem('voiceprint.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is blocked: the system's scheme holds.
  }
})();
