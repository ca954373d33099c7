/** Asks again and again, while an answer lasts, whether its reader may still read. */
export class AuthorityCheck {
  readonly #mayStillRead: () => Promise<boolean>;
  #isAsked = false;

  constructor(mayStillRead: () => Promise<boolean>) {
    this.#mayStillRead = mayStillRead;
  }

  /**
   * Called every second: whether the reader may no longer read. While nobody can say it, or has
   * said it yet, the reader keeps what it had.
   */
  async isLost(): Promise<boolean> {
    if (this.#isAsked) return false;
    this.#isAsked = true;
    try {
      return !(await this.#mayStillRead());
    } catch {
      return false;
    } finally {
      this.#isAsked = false;
    }
  }
}
