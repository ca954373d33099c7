import type { CommandRequest, GuardedCommand } from '../../shared/domain/campaign/command-request.ts';

/** Which commands another person must approve. */
export interface FourEyes {
  readonly commands: ReadonlySet<GuardedCommand>;
  /** Policy time until a request expires. */
  readonly expiresMs: number;
}

/**
 * What a guarded command needs before it acts. The functions that act take one in place of the name
 * of a person, so that no route, command or round does alone what two people must do. It is made
 * here only: `test/architecture/permits.test.ts` says where each kind is made.
 */
export class Permit {
  /** Who does it, as the audit names them. */
  readonly by: string;
  readonly #approvedBy: string | null;
  /** `beforeStart`: only while nothing of the campaign has begun. `look`: nothing is changed. */
  readonly #scope: 'all' | 'beforeStart' | 'look';

  private constructor(by: string, approvedBy: string | null, scope: 'all' | 'beforeStart' | 'look') {
    this.by = by;
    this.#approvedBy = approvedBy;
    this.#scope = scope;
  }

  /** The person acts alone; null = the setting wants a second one. */
  static alone(fourEyes: FourEyes | undefined, command: GuardedCommand, by: string): Permit | null {
    return fourEyes?.commands.has(command) === true ? null : new Permit(by, null, 'all');
  }

  /**
   * Another person has approved.
   * @throws where nobody has
   */
  static approved({ by, state }: CommandRequest): Permit {
    if (state.is !== 'approved') throw new Error('the request is not approved');
    return new Permit(by, state.by, 'all');
  }

  /** Servpack itself acts: a schedule ends a campaign that it could not start. */
  static ofServpack(by: string): Permit {
    return new Permit(by, null, 'all');
  }

  /** Nothing has begun yet: a person prepares a campaign alone. */
  static beforeStart(by: string): Permit {
    return new Permit(by, null, 'beforeStart');
  }

  /** Says what would be done. */
  static toLook(by: string): Permit {
    return new Permit(by, null, 'look');
  }

  /** Whether it covers a change of a campaign. */
  covers(hasBegun: boolean): boolean {
    return this.#scope === 'all' || (this.#scope === 'beforeStart' && !hasBegun);
  }

  /** The reason as the audit keeps it: it names who has approved. */
  worded(reason: string): string {
    return this.#approvedBy === null ? reason : `${reason} (approved by ${this.#approvedBy})`;
  }

  /** What a thread of this process needs to make the same permit again. */
  get handedOver(): PermitParts {
    return { by: this.by, approvedBy: this.#approvedBy, scope: this.#scope };
  }

  static takenOver({ by, approvedBy, scope }: PermitParts): Permit {
    return new Permit(by, approvedBy, scope);
  }
}

export interface PermitParts {
  readonly by: string;
  readonly approvedBy: string | null;
  readonly scope: 'all' | 'beforeStart' | 'look';
}
