import type { Result } from '../shared/errors.ts';

interface FollowedOptions<T> {
  /** Reads the files. */
  readonly read: () => Result<T>;
  readonly isSame: (before: T, now: T) => boolean;
  /** The files cannot be used now. A reason that stays is said once. */
  readonly onTrouble: (because: string) => void;
}

/**
 * Something that was read from files, and follows them without a restart. Files that cannot be used
 * leave in use what was read before, and `trouble` says why.
 */
export class Followed<T> {
  #value: T;
  #trouble: string | null = null;
  readonly #options: FollowedOptions<T>;

  /** @param first what was read from the files before */
  constructor(first: T, options: FollowedOptions<T>) {
    this.#value = first;
    this.#options = options;
  }

  /** What is in use. */
  get value(): T {
    return this.#value;
  }

  /** Why the files cannot be used now; null = what they hold is in use. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /**
   * Reads the files again.
   * @returns `changed`: they hold something else, which is in use now; `again`: they can be used
   * again, and hold what is in use; `same`: nothing has changed, or they cannot be used
   */
  look(): 'changed' | 'again' | 'same' {
    const { read, isSame, onTrouble } = this.#options;
    const found = read();
    const before = this.#trouble;
    if (!found.ok) {
      this.#trouble = found.error.message;
      if (before !== this.#trouble) onTrouble(this.#trouble);
      return 'same';
    }
    this.#trouble = null;
    if (isSame(this.#value, found.value)) return before === null ? 'same' : 'again';
    this.#value = found.value;
    return 'changed';
  }
}
