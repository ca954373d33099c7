import type { JSX } from 'preact';
import { many } from '../../../views/numbers.ts';
import { resumeCampaign, retryFailed, takeMarksBack } from '../actions.ts';
import type { Attention } from '../attention.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Action } from './action.tsx';
import { AnswerButtons } from './answer-buttons.tsx';
import { Copy } from './copy.tsx';
import { Count } from './count.tsx';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';
import { distance, Says } from './time.tsx';

/** What needs a person: what, why, since when, how many wait, and the button that solves it. */
export function AttentionList({
  items,
  now,
}: {
  readonly items: readonly Attention[];
  readonly now: string | null;
}): JSX.Element {
  return (
    <ul class="attention">
      {items.map((item) => (
        <li key={item.key} class={item.tone} data-row>
          <span class="attention-sign" aria-hidden="true">
            <Icon name={item.tone === 'bad' ? 'warn' : 'clock'} />
          </span>
          <div class="attention-words">
            <p class="attention-title">
              {item.campaign === null ? (
                <Says text={item.title} />
              ) : (
                <Link to={['campaigns', item.campaign]}>{item.title}</Link>
              )}
            </p>
            {item.why === '' ? null : (
              <p class="dim">
                <Says text={item.why} />
              </p>
            )}
          </div>
          <div class="attention-facts">
            {item.clients === 0 ? null : item.campaign === null || item.filter === null ? (
              <span>{many(item.clients, 'client')}</span>
            ) : (
              <span>
                <Count
                  of={item.clients}
                  campaign={item.campaign}
                  filter={item.filter}
                  words={item.clients === 1 ? ' client' : ' clients'}
                />
              </span>
            )}
            {item.since !== null && now !== null ? (
              <span class="dim">{distance(Date.parse(item.since), Date.parse(now))}</span>
            ) : null}
          </div>
          <div class="attention-do">
            <Solve item={item} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What a person does about it: the permission that it needs, its button, and its question. */
const ways = {
  resume: ['goOn', texts.actions.resume, resumeCampaign],
  retry: ['run', texts.actions.retry, retryFailed],
  unmark: ['change', texts.actions.unmark, takeMarksBack],
} as const;

function Solve({ item: { act } }: { readonly item: Attention }): JSX.Element | null {
  const app = useApp();
  if (act === null) return null;
  if (act.kind === 'answer') return <AnswerButtons approval={act.approval} />;
  if (act.kind === 'command') return <Copy text={act.command} />;
  const [needs, label, ask] = ways[act.kind];
  return (
    <Action needs={needs} onClick={() => ask(app, act.status)}>
      {label}
    </Action>
  );
}
