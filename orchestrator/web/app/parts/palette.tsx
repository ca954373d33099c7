import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Campaigns } from '../answers.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { Modal } from './dialog.tsx';

interface Target {
  readonly name: string;
  readonly kind: string;
  readonly to: readonly string[];
}

const screens: readonly Target[] = (
  [
    'overview',
    'campaigns',
    'clients',
    'blockers',
    'approvals',
    'fleet',
    'releases',
    'audit',
    'settings',
  ] as const
).map((name) => ({ name: texts.nav[name], kind: 'screen', to: name === 'overview' ? [] : [name] }));

const shownAtMost = 9;

/** Jump by typing: screens, campaigns, and a client by its name. */
export function Palette(): JSX.Element {
  const { overlay, router } = useApp();
  const all = useLive<Campaigns>('v1/campaigns').value.value?.campaigns ?? [];
  const typed = useSignal('');
  const at = useSignal(0);
  const listId = useId();
  const text = typed.value.trim().toLowerCase();
  const targets: readonly Target[] = [
    ...all.map(({ campaign }) => ({ name: campaign, kind: 'campaign', to: ['campaigns', campaign] })),
    ...screens,
  ].filter(({ name }) => name.toLowerCase().includes(text));
  const shown = [
    ...targets.slice(0, shownAtMost),
    ...(text === ''
      ? []
      : [{ name: typed.value.trim(), kind: texts.palette.client, to: ['clients', typed.value.trim()] }]),
  ];
  const chosen = Math.min(at.value, shown.length - 1);
  const go = ({ to }: Target): void => {
    overlay.value = 'none';
    router.go(router.href(to));
  };
  const move = (by: number): void =>
    void (at.value = (chosen + by + shown.length) % Math.max(1, shown.length));
  return (
    <Modal title={texts.palette.title} class="palette" onClose={() => void (overlay.value = 'none')}>
      <input
        role="combobox"
        aria-label={texts.palette.placeholder}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={`${listId}-${chosen}`}
        placeholder={texts.palette.placeholder}
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
      <div id={listId} role="listbox" aria-label={texts.palette.title}>
        {shown.map((target, index) => (
          // The keys go to the field above, which names the chosen one.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={target.to.join('/')}
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
