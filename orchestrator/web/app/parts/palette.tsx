import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Campaigns, Fleet } from '../answers.ts';
import { pathOf, screenNames } from '../screen-names.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { Modal } from './dialog.tsx';

const words = texts.palette;

interface Target {
  readonly name: string;
  readonly kind: string;
  readonly run: () => unknown;
}

const shownAtMost = 9;
const clientsAtMost = 5;

/** Jump by typing: screens, campaigns, and clients by the beginning of their names. */
export function Palette(): JSX.Element {
  const { api, overlay, router, session } = useApp();
  const all = useLive<Campaigns>('v1/campaigns').value.value?.campaigns ?? [];
  const typed = useSignal('');
  const at = useSignal(0);
  const listId = useId();
  const text = typed.value.trim();
  const limit = text === '' ? 0 : clientsAtMost;
  const asked = new URLSearchParams({ limit: String(limit), prefix: text });
  const found = useLive<Fleet>(`v1/fleet?${asked.toString()}`).value.value?.clients ?? [];
  // Until the answer has come, and for a client that has left the fleet, the name itself.
  const clients = text === '' ? [] : found.length === 0 ? [text] : found.map(({ client }) => client);
  const place = (kind: string, name: string, to: readonly string[]): Target => ({
    name,
    kind,
    run: () => router.go(router.href(to)),
  });
  const targets: readonly Target[] = [
    ...all.map(({ campaign }) => place(words.campaign, campaign, ['campaigns', campaign])),
    ...screenNames.map((name) => place(words.screen, texts.nav[name], pathOf(name))),
    place(words.screen, texts.plan.title, ['plan']),
    place(words.screen, texts.import.title, ['fleet', 'import']),
    place(words.screen, texts.wall.title, ['wall']),
    { name: texts.signIn.signOut, kind: '', run: () => session.signOut(api) },
  ].filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  const shown = [
    ...targets.slice(0, text === '' ? targets.length : shownAtMost),
    ...clients.map((client) => place(words.client, client, ['clients', client])),
  ];
  const chosen = Math.max(0, Math.min(at.value, shown.length - 1));
  const go = (target: Target): void => {
    overlay.value = 'none';
    target.run();
  };
  const move = (by: number): void =>
    void (at.value = (chosen + by + shown.length) % Math.max(1, shown.length));
  return (
    <Modal title={words.title} class="palette" onClose={() => void (overlay.value = 'none')}>
      <input
        role="combobox"
        aria-label={words.placeholder}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={`${listId}-${chosen}`}
        placeholder={words.placeholder}
        autocomplete="off"
        spellcheck={false}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={(event) => {
          const target = shown[chosen];
          if (event.key === 'ArrowDown') move(1);
          else if (event.key === 'ArrowUp') move(-1);
          else if (event.key === 'Enter' && target !== undefined) go(target);
          else return;
          event.preventDefault();
        }}
      />
      <div id={listId} role="listbox" aria-label={words.title}>
        {shown.map((target, index) => (
          // The keys go to the field above, which names the chosen one.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={`${target.kind} ${target.name}`}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onClick={() => go(target)}
          >
            <span>{target.name}</span>
            <span class="dim">{target.kind}</span>
          </div>
        ))}
      </div>
    </Modal>
  );
}

/** Which keys there are. */
export function KeysHelp(): JSX.Element {
  const { overlay } = useApp();
  const close = (): void => void (overlay.value = 'none');
  return (
    <Modal title={texts.keys.title} onClose={close} class="keys">
      <dl>
        {texts.keys.rows.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(' · ').map((key, at) => (
                <>
                  {at > 0 ? ' ' : null}
                  <kbd key={key}>{key}</kbd>
                </>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <button type="button" class="button plain" onClick={close}>
          {texts.ask.close}
        </button>
      </div>
    </Modal>
  );
}
