import type { JSX } from 'preact';

/** Line icons of 16 units, drawn here: the page loads nothing from elsewhere. */
const paths = {
  overview: 'M2 2h5v5H2zM9 2h5v3H9zM9 7h5v7H9zM2 9h5v5H2z',
  campaigns: 'M2 4h12M2 8h8M2 12h5M12 9v5M9.5 11.5h5',
  clients: 'M2 3h12v8H2zM6 14h4M8 11v3',
  blockers: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M4 12l8-8',
  approvals: 'M13.5 4.5 6.5 12 2.5 8',
  releases: 'M8 2 2.5 5v6L8 14l5.5-3V5zM2.5 5 8 8l5.5-3M8 8v6',
  fleet: 'M2 3h5v4H2zM9 3h5v4H9zM2 9h5v4H2zM9 9h5v4H9z',
  audit: 'M4 2h6l3 3v9H4zM6.5 7h4M6.5 10h4',
  settings: 'M3 4h10M3 8h10M3 12h10M6 2.5v3M10 6.5v3M5 10.5v3',
  more: 'M2 4h12M2 8h12M2 12h12',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.5 10.5 14 14',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M5 3l8 5-8 5z',
  next: 'M6 3l5 5-5 5',
  close: 'M4 4l8 8M12 4l-8 8',
  warn: 'M8 2 1.5 13.5h13zM8 6.5v3M8 11.5h.01',
  check: 'M13 4.5 6.5 11.5 3 8',
  stop: 'M4 4h8v8H4z',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 5v3.5l2 1.5',
  copy: 'M5 5h8v9H5zM3 11V2h8',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { readonly name: IconName }): JSX.Element => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
);
