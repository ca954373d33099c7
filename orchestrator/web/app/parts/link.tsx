import type { ComponentChildren, JSX } from 'preact';
import type { Query } from '../router.ts';
import { useApp } from '../use.ts';

interface LinkProps {
  readonly to: readonly string[];
  readonly query?: Query;
  readonly class?: string | undefined;
  readonly children: ComponentChildren;
  readonly current?: boolean | undefined;
  readonly title?: string | undefined;
  readonly label?: string | undefined;
  /** How many clients the list has to which it leads. */
  readonly count?: number | undefined;
  /** What is done besides. */
  readonly onClick?: () => void;
}

/** A link to a screen. It is a real address: it can be opened in a new tab and copied. */
export function Link(props: LinkProps): JSX.Element {
  const { to, query, class: style, children, current, title, label, count, onClick } = props;
  const { router } = useApp();
  const href = router.href(to, query);
  return (
    <a
      href={href}
      class={style}
      title={title}
      aria-label={label}
      data-count={count}
      aria-current={current === true ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        onClick?.();
        router.go(href);
      }}
    >
      {children}
    </a>
  );
}
