export interface WatchKeys {
  readonly quit: () => void;
  readonly help: () => void;
}

type Keyboard = Pick<
  NodeJS.ReadStream,
  'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'
>;

/**
 * Takes single keys from a terminal: `q` and Ctrl-C quit, `?` helps. The terminal sends no signals
 * meanwhile, so Ctrl-C arrives as a key. Returns what gives the keyboard back.
 */
export function listenForKeys(keyboard: Keyboard, { quit, help }: WatchKeys): () => void {
  const pressed = (keys: string): void => {
    for (const key of keys) {
      if (key === 'q' || key === 'Q' || key === '\u0003' || key === '\u0004') quit();
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
