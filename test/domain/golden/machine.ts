import type { Observation } from '../../../shared/domain/observation/observation.ts';
import { ModelClient, type Nature } from '../model/client.ts';
import { evening } from '../given.ts';

/**
 * The traits of a machine unless a story says otherwise: nothing is in the way, and it carries out
 * every command.
 */
const plain: Nature = {
  service: 'none',
  program: false,
  refuses: [],
  shutdownMs: 60_000,
  bootsNeeded: 1,
  restarts: 'well',
  goneAfterMs: null,
};

/** A machine as a story begins with it. */
export interface MachineSetting {
  readonly nature?: Partial<Nature>;
  readonly role?: Observation['role'];
  readonly zone?: string;
  readonly logonServer?: string;
}

/**
 * The domain tests' model of a client, and what a story does to it beside servpack: its cable, its
 * people, its packages.
 */
export class Machine {
  readonly client: ModelClient;
  readonly zone: string;
  readonly logonServer: string;
  readonly role: Observation['role'];
  isPlugged = true;
  isPackageRunning = false;
  /** A second user besides anna, who has logged on at this time. */
  guest: { readonly name: string; readonly since: number } | null = null;
  readonly #nature: { -readonly [Key in keyof Nature]: Nature[Key] };

  constructor({ nature, role = 'workstation', zone = 'UTC', logonServer = 'LS-ROM' }: MachineSetting) {
    this.#nature = { ...plain, ...nature };
    this.client = new ModelClient(this.#nature);
    this.client.pass(evening);
    [this.role, this.zone, this.logonServer] = [role, zone, logonServer];
  }

  get isReached(): boolean {
    return this.isPlugged && this.client.isUp;
  }

  plug(isPlugged: boolean): void {
    this.isPlugged = isPlugged;
  }

  /** A package of the PCM service's. */
  run(isPackageRunning: boolean): void {
    this.isPackageRunning = isPackageRunning;
  }

  enter(name: string, since: number): void {
    this.guest = { name, since };
  }

  leave(): void {
    this.guest = null;
  }

  /** A person repairs the machine. */
  mend(): void {
    [this.#nature.refuses, this.#nature.program] = [[], false];
  }

  look(): Observation {
    const seen = this.client.look();
    const guests = this.guest === null ? [] : [{ ...this.guest, session: 2 }];
    return {
      ...seen,
      role: this.role,
      logonServer: this.logonServer,
      users: [...seen.users, ...guests],
      packageRunning: this.isPackageRunning,
    };
  }
}
