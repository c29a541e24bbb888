// Where a clip comes from: dropped, chosen, or recorded.
import { fill, h, uniqueId } from './dom.js';
import { t } from './i18n.js';
import { clipView, completed, readClip } from './clip-view.js';
import { button } from './fields.js';
import { icon } from './icons.js';
import { recordControl } from './record-control.js';
import { errorBox, loading } from './states.js';

const formats = 'audio/*,.wav,.flac,.ogg,.opus,.mp3,.m4a,.aac,.aiff,.aif,.wma,.amr';

/** A place to drop files on, with a button to choose and one to record; `onClip` gets each clip. */
export function clipSource({ onClip, signal, testid, label, multiple = false, recordable = true }) {
  const id = uniqueId('file');
  const progress = h('div', { class: 'stack' });
  const input = h('input', { type: 'file', accept: formats, id, multiple, class: 'file', testid: `${testid}-file` });
  const chooser = h('label', { for: id, class: 'button' }, t(multiple ? 'clip.chooseMany' : 'clip.choose'),
    h('span', { class: 'hidden-visually' }, ' ', label));
  const take = async (files) => {
    fill(progress, loading(t('clip.reading')));
    try {
      for (const one of multiple ? files : files.slice(0, 1)) {
        const clip = await readClip(one);
        if (signal?.aborted) return;
        onClip(clip);
      }
      fill(progress);
    } catch (error) {
      fill(progress, errorBox(error));
    }
  };
  input.addEventListener('change', () => {
    const files = [...input.files];
    input.value = ''; // the same file may be chosen again
    if (files.length) take(files);
  });
  const record = recordControl({
    signal, testid: `${testid}-record`, label, onClip: (clip) => onClip(completed(clip)),
  });
  const zone = h('div', { class: 'drop', testid: `${testid}-drop` },
    h('p', { class: 'drop-text' }, icon('upload'), h('span', {}, t(multiple ? 'clip.dropMany' : 'clip.drop'))),
    h('div', { class: 'row drop-buttons' }, input, chooser, recordable && record.button), record.status);
  acceptDrops(zone, take);
  return h('div', { class: 'stack' }, zone, record.errors, progress);
}

function acceptDrops(zone, take) {
  const mark = (over) => (event) => {
    event.preventDefault();
    zone.classList.toggle('is-over', over);
  };
  zone.addEventListener('dragover', mark(true));
  zone.addEventListener('dragleave', mark(false));
  zone.addEventListener('drop', (event) => {
    mark(false)(event);
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
  });
}

/** A card that holds one clip; `clip` is null until there is one. */
export function clipInput({ label, testid, signal, clip = null, onChange = () => {} }) {
  const id = uniqueId('clip');
  const view = h('div', { class: 'stack' });
  const element = h('section', { class: 'card', 'aria-labelledby': id, testid });
  let shown = null;
  const set = (next) => {
    shown?.release();
    shown = next && clipView(next, { signal });
    element.clip = next;
    element.classList.toggle('has-clip', next !== null);
    fill(view, shown);
    remove.hidden = next === null;
    onChange(next);
  };
  const remove = button(t('clip.remove'), () => {
    set(null);
    element.querySelector('input[type="file"]').focus();
  }, { small: true, testid: `${testid}-remove`, label: t('clip.removeOf', { name: label }) });
  remove.hidden = true;
  fill(element, h('div', { class: 'row spread' }, h('h2', { id }, label), remove), view,
    clipSource({ onClip: set, signal, testid, label }));
  element.clip = clip;
  if (clip) set(clip);
  return element;
}
