// One person: what the template was made of, hearing what was kept, and removing a recording or the person.
import { get, getBytes, path, remove } from '../lib/api.js';
import { clipView, readClip } from '../lib/clip-view.js';
import { confirmDialog } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { button } from '../lib/fields.js';
import { dateTime } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { icon } from '../lib/icons.js';
import { badge, facts } from '../lib/page.js';
import { reportLine, reportWarnings } from '../lib/report.js';
import { load, notify, perform, warning } from '../lib/states.js';

/** The panel of a person; `view` is the page's: its collection and what to call after changes. */
export function detailPanel(view, signal, speakerId) {
  const collection = view.collection.name;
  const address = path('collections', collection, 'speakers', speakerId);
  const heading = h('h2', {}, speakerId);
  const body = h('div', { class: 'stack' });
  const close = button(icon('close'), () => view.close(speakerId),
    { plain: true, small: true, label: t('action.close') });
  const panel = h('section', { class: 'card', 'aria-label': t('person.details'), testid: 'person-details' },
    h('div', { class: 'panel-head' }, heading, close), body);
  const draw = () => load(body, () => get(address, { signal }), (speaker) => {
    fill(heading, speaker.displayName || speaker.speakerId);
    return person({ view, speaker, address, draw, signal });
  }, signal);
  draw();
  return panel;
}

function person({ view, speaker, address, draw, signal }) {
  const utterances = speaker.utterances ?? [];
  const labels = Object.entries(speaker.labels ?? {});
  const name = speaker.displayName || speaker.speakerId;
  const removePerson = button(t('person.remove'), async () => {
    const answer = await confirmDialog({
      title: t('person.removeTitle', { name }), action: t('action.remove'), testid: 'person-remove-dialog',
      text: t('person.removeText', { count: utterances.length }), signal: view.signal,
      submit: () => remove(address, { signal: view.signal }),
    });
    if (!answer) return;
    notify(t('person.removed', { name }));
    view.close();
    view.changed();
  }, { danger: true, testid: 'person-remove' });
  const more = button(t('person.addTakes'), () => view.enrol(speaker), { testid: 'person-more' });
  return [
    speaker.needsReenrollment && warning(h('p', { testid: 'person-reenrol' }, t('person.reenrolText'))),
    facts([
      [t('person.id'), h('span', { class: 'mono' }, speaker.speakerId)],
      [t('epoch.one'), h('span', { class: 'mono' }, speaker.epoch)],
      [t('person.created'), dateTime(speaker.createTime)], [t('person.updated'), dateTime(speaker.updateTime)],
      labels.length ? [t('person.labels'), labels.map(([key, value]) => [badge(`${key}: ${value}`), ' '])] : null,
    ]),
    h('h3', {}, t('person.utterances', { count: utterances.length })),
    h('ul', { class: 'takes' }, utterances.map((one, index) =>
      utterance({ view, address, one, index, last: utterances.length === 1, name, draw, signal }))),
    h('div', { class: 'row spread' }, more, removePerson),
  ];
}

function utterance({ view, address, one, index, last, name, draw, signal }) {
  const place = `${address}/utterances/${encodeURIComponent(one.utteranceId)}`;
  const ask = async () => {
    const answer = await confirmDialog({
      title: t('utterance.removeTitle', { index: index + 1, name }), action: t('action.remove'),
      text: t(last ? 'utterance.removeLast' : 'utterance.removeText'), testid: 'utterance-remove-dialog',
      signal: view.signal, submit: () => remove(place, { signal: view.signal }),
    });
    if (!answer) return;
    notify(t('utterance.removed'));
    if (answer.speaker) draw();
    else view.close();
    view.changed();
  };
  const title = t('utterance.one', { index: index + 1 });
  const player = h('div', { class: 'stack' });
  const play = one.hasAudio && button([icon('play'), t('action.play')], () => perform(play, player, async () => {
    const clip = await readClip(await getBytes(`${place}/audio`, { signal }), String(title));
    const heard = clipView(clip, { signal, compact: true, judged: false });
    fill(player, heard);
    play.hidden = true;
    const audio = heard.querySelector('audio');
    audio.focus();
    // Where the browser does not let it begin by itself, its own button does.
    await audio.play().catch(() => {});
  }), { small: true, testid: 'utterance-play', label: t('utterance.play', { index: index + 1, name }) });
  return h('li', { class: 'take', testid: 'utterance' },
    h('div', { class: 'row spread' },
      h('div', {}, h('strong', {}, title), ' ',
        h('span', { class: 'muted small' }, dateTime(one.createTime))),
      h('div', { class: 'row' }, play,
        button(t('action.remove'), ask, {
          small: true, testid: 'utterance-remove', label: t('utterance.removeOf', { index: index + 1, name }),
        }))),
    reportLine(one.report), reportWarnings(one.report), player,
    h('p', { class: 'small muted' }, t(one.hasAudio ? 'utterance.kept' : 'utterance.notKept')));
}
