import { type ReadonlySignal, signal } from '@preact/signals';
import { baseUrl } from './api.ts';

/** Where the reader is: the path below the page, and what a screen keeps in the address. */
export interface Place {
  /** The parts of the path, decoded: `['campaigns', 'sms-sp4']`. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

export type Query = Readonly<Record<string, string | null | undefined>>;

export interface Router {
  readonly place: ReadonlySignal<Place>;
  /** The address of a screen, for links. */
  readonly href: (parts: readonly string[], query?: Query) => string;
  readonly go: (href: string, how?: 'push' | 'replace') => void;
  /** Where the reader is, as a path below the page that begins with `/`. */
  readonly below: () => string;
  /** Changes only some of the query; null takes a name out. */
  readonly setQuery: (change: Query, how?: 'push' | 'replace') => void;
}

const basePath = new URL(baseUrl).pathname;

const belowPage = (path: string): string => path.slice(path.startsWith(basePath) ? basePath.length : 1);

function placeOf({ pathname, search }: Location): Place {
  return {
    parts: belowPage(pathname)
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query: new URLSearchParams(search),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function openRouter(): Router {
  const place = signal(placeOf(location));
  const read = (): void => void (place.value = placeOf(location));
  addEventListener('popstate', read);
  const go: Router['go'] = (to, how = 'push') => {
    if (to === location.pathname + location.search) return;
    history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
    const before = place.value.parts.join('/');
    read();
    if (place.value.parts.join('/') !== before) scrollTo(0, 0);
  };
  const href: Router['href'] = (parts, query = {}) =>
    `${basePath}${parts.map(encodeURIComponent).join('/')}${searchOf(new URLSearchParams(), query)}`;
  return {
    place,
    href,
    go,
    below: () => `/${belowPage(location.pathname)}${location.search}`,
    setQuery: (change, how = 'replace') =>
      go(location.pathname + searchOf(new URLSearchParams(location.search), change), how),
  };
}

function searchOf(query: URLSearchParams, change: Query): string {
  for (const [name, value] of Object.entries(change))
    if (value === null || value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
