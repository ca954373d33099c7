import type { JSX } from 'preact';
import { many } from '../../../views/numbers.ts';
import { endHalt, resumeCampaign, retryFailed, startCampaign, takeMarksBack } from '../actions.ts';
import { answerApproval } from '../approval-actions.ts';
import type { Attention } from '../attention.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Action } from './action.tsx';
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

function Solve({ item: { act } }: { readonly item: Attention }): JSX.Element | null {
  const app = useApp();
  if (act === null) return null;
  switch (act.kind) {
    case 'unhalt':
      return (
        <Action needs="goOn" onClick={() => endHalt(app, act.by)}>
          {texts.actions.unhalt}
        </Action>
      );
    case 'resume':
      return (
        <Action needs="goOn" onClick={() => resumeCampaign(app, act.status)}>
          {texts.actions.resume}
        </Action>
      );
    case 'start':
      return (
        <Action needs="run" onClick={() => startCampaign(app, act.status)}>
          {texts.actions.start}
        </Action>
      );
    case 'retry':
      return (
        <Action needs="run" onClick={() => retryFailed(app, act.status)}>
          {texts.actions.retry}
        </Action>
      );
    case 'unmark':
      return (
        <Action needs="change" onClick={() => takeMarksBack(app, act.status)}>
          {texts.actions.unmark}
        </Action>
      );
    case 'answer':
      return (
        <>
          <Action needs="answer" tone="primary" onClick={() => answerApproval(app, act.approval, 'approved')}>
            {texts.actions.approve}
          </Action>
          <Action needs="answer" onClick={() => answerApproval(app, act.approval, 'rejected')}>
            {texts.actions.reject}
          </Action>
        </>
      );
    case 'command':
      return <Copy text={act.command} />;
  }
}
