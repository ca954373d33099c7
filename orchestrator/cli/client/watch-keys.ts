export interface WatchKeys {
  readonly quit: () => void;
  /** Ctrl-C, which a terminal in raw mode sends as a key. */
  readonly interrupt: () => void;
  readonly help: () => void;
  readonly scroll?: (by: Scroll) => void;
}

export interface Scroll {
  readonly lines?: number;
  readonly pages?: number;
}

/** What terminals send for the keys that scroll (ECMA-48, xterm's control sequences). */
const scrolls: Readonly<Record<string, Scroll>> = {
  '\u001b[A': { lines: -1 },
  '\u001bOA': { lines: -1 },
  '\u001b[B': { lines: 1 },
  '\u001bOB': { lines: 1 },
  '\u001b[5~': { pages: -1 },
  '\u001b[6~': { pages: 1 },
  '\u001b[H': { lines: -Number.MAX_SAFE_INTEGER },
  '\u001b[1~': { lines: -Number.MAX_SAFE_INTEGER },
  '\u001b[F': { lines: Number.MAX_SAFE_INTEGER },
  '\u001b[4~': { lines: Number.MAX_SAFE_INTEGER },
};

/** Keys as a terminal sends them: a control sequence is one key. */
const keyForm = new RegExp(`${'\u001B'}(?:\\[[\\d;]*[A-Za-z~]|O[A-Z])|[^]`, 'g');

type Keyboard = Pick<
  NodeJS.ReadStream,
  'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'
>;

/**
 * Takes single keys from a terminal: `q` and Ctrl-D quit, Ctrl-C interrupts, `?` helps, arrows and
 * page keys scroll. The terminal sends no signals meanwhile, so Ctrl-C arrives as a key. Returns
 * what gives the keyboard back.
 */
export function listenForKeys(
  keyboard: Keyboard,
  { quit, interrupt, help, scroll = () => undefined }: WatchKeys,
): () => void {
  const pressed = (keys: string): void => {
    for (const key of keys.match(keyForm) ?? []) {
      const by = scrolls[key];
      if (by !== undefined) scroll(by);
      else if (key === 'q' || key === 'Q' || key === '\u0004') quit();
      else if (key === '\u0003') interrupt();
      else if (key === '?' || key === 'h') help();
    }
  };
  keyboard.setEncoding('utf8');
  keyboard.setRawMode(true);
  keyboard.on('data', pressed);
  keyboard.resume();
  return () => {
    keyboard.off('data', pressed);
    keyboard.setRawMode(false);
    keyboard.pause();
  };
}
