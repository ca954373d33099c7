import type { Bench } from './bench.ts';

/** One thing that every gateway and every client must do. `needs` says what has to be allowed for it to be tried. */
export interface Point {
  readonly says: string;
  readonly needs: 'reading' | 'changes' | 'service' | 'restart';
  /** Throws `Different` where the machine does something else. */
  readonly try: (bench: Bench) => Promise<void>;
}
