// Small line drawings beside words; they say nothing that the words do not.
import { s } from './dom.js';

const drawings = {
  contrast: 'M9 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12M15 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12',
  recognise: 'M10 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M3 20c0-4 3-6 7-6M15 18l2.5 2.5L22 15',
  live: 'M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3',
  people: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 20c0-4 3-6 7-6s7 2 7 6M16 3.5a4 4 0 0 1 0 7M18 14.5c2.5.8 4 2.6 4 5.5',
  jobs: 'M3 3v18h18M6.5 7c2 7 6 9.5 13.5 10',
  epochs: 'M12 3 3 8l9 5 9-5-9-5M3 12.5l9 5 9-5M3 17l9 5 9-5',
  status: 'M2 12h4l3-8 5 16 3-8h5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  upload: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4',
  play: 'M8 5.5v13l11-6.5z',
};

/** A drawing of the name, hidden from screen readers. */
export function icon(name) {
  return s('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: drawings[name] }));
}
