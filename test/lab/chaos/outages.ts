/** When Redis was away, in real time: what processes may then complain of is no fault of theirs. */
export class Outages {
  readonly #spans: { readonly from: number; to: number }[] = [];

  begin(): () => void {
    const span = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#spans.push(span);
    return () => {
      span.to = Date.now();
    };
  }

  /** Was Redis away at this moment, or shortly before it? Calls wait five seconds before they give up, and connections come back late. */
  near(at: number, afterMs = 15_000): boolean {
    return this.#spans.some(({ from, to }) => at >= from - 50 && at <= to + afterMs);
  }

  /**
   * May a commit of this moment be lost? `appendfsync everysec`: while the disk is slow Redis answers before it has written, for up to two
   * seconds, and what it had answered is gone when it is killed then (docs/operations.md says what each setting may lose).
   */
  mayForget(at: number): boolean {
    return this.#spans.some(({ from, to }) => at >= from - 2_000 && at <= to);
  }

  get count(): number {
    return this.#spans.length;
  }
}
