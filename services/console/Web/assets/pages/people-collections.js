// Dialogs that make and delete a collection.
import { get, path, post, remove } from '../lib/api.js';
import { confirmDialog, openDialog } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { FieldError, field, ignoringFieldErrors, option, select, textInput } from '../lib/fields.js';
import { t } from '../lib/i18n.js';
import { errorBox, notify } from '../lib/states.js';

/** Whether a name can be part of an address: browsers take '.' and '..' for steps in the path. */
export function isAddressable(name) {
  return name !== '' && name !== '.' && name !== '..' && !/[\p{Cc}]/u.test(name);
}

/** Asks for a new collection and makes it. */
export function newCollection(signal) {
  const name = field(t('collection.name'), textInput({ testid: 'collection-name', maxlength: 128 }));
  const epoch = select([['', t('epoch.default')]], { testid: 'collection-epoch' });
  const retain = select([['none', t('retain.none')], ['encrypted', t('retain.encrypted')]],
    { testid: 'collection-retain' });
  const note = h('div', { class: 'stack' });
  get(path('epochs'), { signal }).then(
    ({ epochs = [] }) => epoch.append(...epochs.map((one) => option(one.epoch, one.epoch))),
    (error) => error.name !== 'AbortError' && fill(note, errorBox(error)));
  return openDialog({
    title: t('collection.new'), action: t('action.create'), signal, testid: 'collection-dialog',
    body: h('div', { class: 'stack' }, name, field(t('epoch.one'), epoch),
      field(t('retain.label'), retain, { hint: t('retain.hint') }), note),
    submit: () => ignoringFieldErrors(async () => {
      const wanted = name.control.value.trim();
      if (!isAddressable(wanted)) {
        name.setError(t('field.name'));
        throw new FieldError('');
      }
      const body = { collection: wanted, epoch: epoch.value || undefined, retainAudio: retain.value };
      const made = await post(path('collections'), body, { signal });
      notify(t('collection.made', { name: wanted }));
      return made;
    }),
  });
}

/** Asks, then deletes a collection with everyone in it. */
export async function deleteCollection(collection, signal) {
  const { name } = collection;
  const answer = await confirmDialog({
    title: t('collection.delete'), action: t('action.delete'), signal, testid: 'collection-delete-dialog',
    text: t('collection.deleteText', { name, count: collection.speakerCount ?? 0 }),
    submit: () => remove(path('collections', name), { signal }),
  });
  if (answer) notify(t('collection.deleted', { name, count: answer.deletedSpeakers ?? 0 }));
  return answer !== undefined;
}
