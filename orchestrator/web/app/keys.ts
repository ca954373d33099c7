import type { App } from './app.ts';

/** Where `g` and a second key lead. */
const places: Readonly<Record<string, readonly string[]>> = {
  o: [],
  c: ['campaigns'],
  m: ['clients'],
  b: ['blockers'],
  a: ['approvals'],
  f: ['fleet'],
  r: ['releases'],
  u: ['audit'],
  s: ['settings'],
  w: ['wall'],
};

/** Time for the second key after `g`. */
const chordMs = 1_200;

/** The keys of the whole page. None of them changes anything: a key opens, never acts. */
export function listenToKeys(app: App): () => void {
  let goUntil = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (app.session.state.value !== 'in') return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      app.overlay.value = app.overlay.value === 'palette' ? 'none' : 'palette';
      return;
    }
    const isElsewhere = app.overlay.value !== 'none' || app.dialogs.open.value !== null;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isElsewhere) return;
    const place = event.timeStamp < goUntil ? places[event.key] : undefined;
    goUntil = event.key === 'g' ? event.timeStamp + chordMs : 0;
    if (place !== undefined) app.router.go(app.router.href(place));
    else if (!act(app, event.key)) return;
    event.preventDefault();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

function act(app: App, key: string): boolean {
  switch (key) {
    case '?':
      app.overlay.value = 'keys';
      return true;
    case 'p':
      app.live.freeze(app.live.frozen.value === null);
      return true;
    case 'j':
      return moveRow(1);
    case 'k':
      return moveRow(-1);
    case 'J':
      return selectTo(1);
    case 'K':
      return selectTo(-1);
    case '/':
      return focusFilter();
    default:
      return false;
  }
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');

const rowWithFocus = (rows: readonly HTMLElement[]): number =>
  rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));

const rowsOnScreen = (): readonly HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>('main [data-row]'),
];

/** Selects the row that has the focus and the next one, which gets it. */
function selectTo(by: 1 | -1): boolean {
  const select = (): void => {
    const rows = rowsOnScreen();
    const box = rows[rowWithFocus(rows)]?.querySelector<HTMLInputElement>('input[data-select]');
    if (box?.checked === false) box.click();
  };
  select();
  const isMoved = moveRow(by);
  select();
  return isMoved;
}

/** The next row with a link, from the one that has the focus. */
function moveRow(by: 1 | -1): boolean {
  const rows = rowsOnScreen();
  if (rows.length === 0) return false;
  const now = rowWithFocus(rows);
  const next = now === -1 ? (by === 1 ? 0 : rows.length - 1) : now + by;
  const row = rows[Math.max(0, Math.min(rows.length - 1, next))];
  const focusable = row?.matches('a, button') === true ? row : row?.querySelector<HTMLElement>('a, button');
  focusable?.focus();
  focusable?.scrollIntoView({ block: 'nearest' });
  return true;
}

function focusFilter(): boolean {
  const field = document.querySelector<HTMLElement>('main [data-filter]');
  field?.focus();
  return field !== null;
}
