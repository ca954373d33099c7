import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Permission } from '../../../http/contract/permissions.ts';
import type { ActsOn } from '../session.ts';
import { useApp } from '../use.ts';

interface ActionProps {
  readonly needs: Permission;
  readonly on?: ActsOn;
  readonly onClick: () => unknown;
  readonly children: ComponentChildren;
  readonly tone?: 'primary' | 'danger' | 'plain';
  readonly label?: string;
  /** It cannot be done as things stand. */
  readonly disabled?: boolean;
  /** Why this person may not do it, although the role may. */
  readonly refused?: string | undefined;
}

/**
 * A button that changes something. Where the reader may not, it is there and says who may: it can
 * be focused, so that a screen reader says the same.
 */
export function Action({
  needs,
  on,
  onClick,
  children,
  tone = 'plain',
  label,
  disabled = false,
  refused,
}: ActionProps): JSX.Element {
  const { session } = useApp();
  const hint = useId();
  const why = session.whyNot(needs, on) ?? refused;
  if (why === undefined)
    return (
      <button
        type="button"
        class={`button ${tone}`}
        onClick={() => void onClick()}
        aria-label={label}
        disabled={disabled}
      >
        {children}
      </button>
    );
  return (
    <span class="may-not">
      <button
        type="button"
        class={`button ${tone}`}
        aria-disabled="true"
        aria-describedby={hint}
        aria-label={label}
        title={why}
      >
        {children}
      </button>
      <span id={hint} class="hidden">
        {why}
      </span>
    </span>
  );
}
