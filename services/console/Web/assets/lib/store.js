// What the browser remembers of the reader's choices; nothing when storage is blocked.
const prefix = 'voiceprint.';

/** A remembered choice, or the empty string. */
export function recall(name) {
  try {
    return localStorage.getItem(prefix + name) ?? '';
  } catch {
    return ''; // blocked by the browser's settings: choices then hold for this page only
  }
}

/** Remembers a choice; an empty one is forgotten. */
export function remember(name, value) {
  try {
    if (value) localStorage.setItem(prefix + name, value);
    else localStorage.removeItem(prefix + name);
  } catch {
    // Blocked, as above.
  }
}
