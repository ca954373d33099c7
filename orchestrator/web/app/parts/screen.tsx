import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Live } from '../live.ts';
import { texts } from '../texts.ts';
import { useIsSlow } from '../use.ts';
import { Copy } from './copy.tsx';

interface ScreenProps {
  readonly title: string;
  /** Beside the title: what can be done here. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly lead?: ComponentChildren;
}

/** A screen with its title, which the tab of the browser shows as well. */
export function Screen({ title, actions, children, lead }: ScreenProps): JSX.Element {
  useEffect(() => void (document.title = `${title} · ${texts.product}`), [title]);
  return (
    <>
      <div class="head">
        <div class="head-words">
          <h1>{title}</h1>
          {lead}
        </div>
        {actions === undefined ? null : <div class="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** A titled part of a screen. */
export function Panel({
  title,
  hint,
  children,
  class: style = '',
}: {
  readonly title: string;
  readonly hint?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly class?: string;
}): JSX.Element {
  return (
    <section class={`panel ${style}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {hint === undefined ? null : <span class="hint">{hint}</span>}
      </header>
      {children}
    </section>
  );
}

/** Nothing is here, and what to do about it. */
export const Empty = ({
  says,
  hint,
  command,
}: {
  readonly says: string;
  readonly hint?: ComponentChildren;
  /** What the command line does about it. */
  readonly command?: string;
}): JSX.Element => (
  <div class="empty">
    <p>{says}</p>
    {hint === undefined ? null : <p class="dim">{hint}</p>}
    {command === undefined ? null : <Copy text={command} />}
  </div>
);

/** Grey lines in place of what is on its way; nothing for the first moment. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }): JSX.Element | null {
  const slow = useIsSlow(true);
  if (!slow.value) return null;
  return (
    <div class="skeleton" role="status" aria-label={texts.loading}>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} />
      ))}
    </div>
  );
}

/** What there is to show of an answer: itself, that it is on its way, or why it does not come. */
export function Loaded<T>({
  live,
  children,
  missing,
}: {
  readonly live: Live<T>;
  readonly children: (value: T) => ComponentChildren;
  /** What to say instead when it does not exist. */
  readonly missing?: string;
}): JSX.Element {
  const value = live.value.value;
  const problem = live.problem.value;
  if (problem?.status === 404 && missing !== undefined) return <Empty says={missing} />;
  if (value !== null) return <>{children(value)}</>;
  if (problem !== null && problem.status !== 401) return <Empty says={problem.detail} />;
  return <Skeleton />;
}
