import { effect, type Signal, signal } from '@preact/signals';

/** What a reader chooses for this browser: how the page looks, and in which zone times are. */
export interface Prefs {
  readonly theme: Signal<'system' | 'light' | 'dark'>;
  readonly zone: Signal<'mine' | 'utc'>;
}

const stored = <T extends string>(name: string, all: readonly [T, ...T[]]): Signal<T> => {
  const key = `servpack.${name}`;
  const before = readKept(key);
  const chosen = signal(all.find((each) => each === before) ?? all[0]);
  effect(() => keep(key, chosen.value));
  return chosen;
};

/** A browser may forbid storage; the choice then lasts as long as the page. */
function readKept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // See above.
  }
}

export function openPrefs(): Prefs {
  const theme = stored('theme', ['system', 'light', 'dark']);
  const zone = stored('zone', ['mine', 'utc']);
  effect(() => {
    const { value } = theme;
    if (value === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = value;
  });
  return { theme, zone };
}
