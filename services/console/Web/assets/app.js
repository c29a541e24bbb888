// The start of the page: navigation, switches, routes.
import { onSignedOut } from './lib/api.js';
import { h, fill, add } from './lib/dom.js';
import { icon } from './lib/icons.js';
import { language, languages, setLanguage, setLiveAttribute, startLanguage, t } from './lib/i18n.js';
import { link, startRouter } from './lib/router.js';
import { setTheme, theme, themes } from './lib/theme.js';
import { addSignOut, session, showLogin, signedOut } from './pages/login.js';

const groups = { voices: ['contrast', 'recognise', 'live', 'people'], networks: ['jobs', 'epochs'],
  cluster: ['status'] };
const sections = Object.values(groups).flat();

const routes = [
  ...sections.map((name) => ({
    path: [name], name, title: `nav.${name}`, load: () => import(`./pages/${name}.js`),
  })),
  { path: ['jobs', ':job'], name: 'job', title: 'job.title', load: () => import('./pages/job.js') },
  { path: ['compare', ':a', ':b'], name: 'compare', title: 'compare.title', load: () => import('./pages/compare.js') },
];

// What a route without an entry of its own in the navigation belongs to.
const owners = { compare: 'jobs' };

function showNavigation() {
  const nav = document.getElementById('nav');
  const links = new Map(sections.map((name) => [name,
    h('a', { href: link(name), testid: `nav-${name}` }, icon(name), h('span', {}, t(`nav.${name}`)))]));
  fill(nav, Object.entries(groups).map(([group, names]) => h('div', { class: 'nav-group' },
    h('p', { class: 'nav-title', id: `nav-${group}` }, t(`group.${group}`)),
    h('ul', { 'aria-labelledby': `nav-${group}` }, names.map((name) => h('li', {}, links.get(name)))))));
  setLiveAttribute(nav, 'aria-label', t('nav.label'));
  return (section) => {
    const current = owners[section] ?? section;
    for (const [name, anchor] of links) {
      if (name === current) anchor.setAttribute('aria-current', 'page');
      else anchor.removeAttribute('aria-current');
    }
  };
}

function choice(label, values, { value, testid, change }) {
  const control = h('select', { class: 'input input-small', 'aria-label': t(label), testid },
    values.map(([key, text, lang]) => h('option', { value: key, lang }, text)));
  control.value = value;
  control.addEventListener('change', () => change(control.value));
  return control;
}

function showSwitches() {
  add(document.getElementById('switches'),
    choice('switch.language', Object.entries(languages).map(([tag, name]) => [tag, name, tag]), {
      value: language(), testid: 'language', change: setLanguage,
    }),
    choice('switch.theme', themes.map((name) => [name, t(`theme.${name}`)]), {
      value: theme(), testid: 'theme', change: setTheme,
    }));
}

// On narrow screens navigation and switches lie behind a button.
function showMenu() {
  const bar = document.getElementById('bar');
  const menu = document.getElementById('menu');
  const open = (isOpen) => {
    bar.classList.toggle('is-open', isOpen);
    menu.setAttribute('aria-expanded', String(isOpen));
    fill(menu, icon(isOpen ? 'close' : 'menu'));
  };
  setLiveAttribute(menu, 'aria-label', t('nav.menu'));
  menu.addEventListener('click', () => open(!bar.classList.contains('is-open')));
  bar.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !bar.classList.contains('is-open')) return;
    open(false);
    menu.focus();
  });
  addEventListener('hashchange', () => open(false));
  open(false);
}

// The router would take '#main' for a route, and a reload of the page for another one.
function showSkipLink() {
  const skip = document.getElementById('skip');
  fill(skip, t('skip'));
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('main').focus();
  });
}

startLanguage();
showSkipLink();
showMenu();
showSwitches();
await start(document.getElementById('main'));

// Who is not signed in where that is asked for sees nothing but the login page.
async function start(main) {
  // A console that cannot be asked: the pages say it, each for itself.
  const who = await session().catch(() => ({}));
  if (who.isRequired && !who.isSignedIn) {
    document.getElementById('menu').hidden = true;
    showLogin(main);
    return;
  }
  if (who.isRequired) {
    onSignedOut(signedOut);
    addSignOut(document.getElementById('switches'), who.name);
  }
  startRouter(main, routes, showNavigation());
}
