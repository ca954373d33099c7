/** Slots in use: in the campaign, and on each logon server. */
export class Slots {
  readonly #servers = new Map<string, number>();
  #all = 0;
  /** The most that were in use at the same time: in the campaign, and on one logon server. */
  most = 0;
  mostAtOneServer = 0;

  get all(): number {
    return this.#all;
  }

  at(logonServer: string): number {
    return this.#servers.get(logonServer) ?? 0;
  }

  take(logonServer: string): void {
    const here = this.at(logonServer) + 1;
    this.#servers.set(logonServer, here);
    this.#all += 1;
    if (here > this.mostAtOneServer) this.mostAtOneServer = here;
    if (this.#all > this.most) this.most = this.#all;
  }

  giveBack(logonServer: string): void {
    this.#servers.set(logonServer, this.at(logonServer) - 1);
    this.#all -= 1;
  }
}
