import type { JSX } from 'preact';

/** The sign of servpack. The name of the product stands beside it. */
export const Logo = (): JSX.Element => (
  <svg viewBox="0 0 32 32" aria-hidden="true" class="logo">
    <rect width="32" height="32" rx="8" />
    <path d="M8 21.5h16M8 16h11M8 10.5h6" />
  </svg>
);
