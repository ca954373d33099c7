import type { CommandRequest, GuardedCommand } from '../../shared/domain/campaign/command-request.ts';

/** Which commands another person must approve. */
export interface FourEyes {
  readonly commands: ReadonlySet<GuardedCommand>;
  /** Policy time until a request expires. */
  readonly expiresMs: number;
}

/** What an edit needs: a `Permit`, or one that allows less. */
export interface EditPermit {
  /** Who does it, as the audit names them. */
  readonly by: string;
  /** Whether it allows a change of a campaign now. */
  covers(hasBegun: boolean): boolean;
  /** The reason as the audit keeps it: it names who has approved. */
  worded(reason: string): string;
  /** What a thread of this process makes the same permit of. */
  readonly handedOver: PermitParts;
}

export interface PermitParts {
  readonly by: string;
  /** Null = nobody had to. */
  readonly approvedBy: string | null;
  /** `beforeStart`: only while nothing of the campaign has begun. `look`: nothing is changed. */
  readonly scope: 'all' | 'beforeStart' | 'look';
}

/**
 * What a guarded command needs before it acts. The functions that act take one in place of the name
 * of a person, so that no route, command or round does alone what two people must do.
 * `test/architecture/permits.test.ts` says which files make one.
 */
export class Permit implements EditPermit {
  readonly by: string;
  readonly #approvedBy: string | null;

  private constructor(by: string, approvedBy: string | null) {
    this.by = by;
    this.#approvedBy = approvedBy;
  }

  /** The person acts alone; null = the setting wants a second one. */
  static alone(fourEyes: FourEyes | undefined, command: GuardedCommand, by: string): Permit | null {
    return fourEyes?.commands.has(command) === true ? null : new Permit(by, null);
  }

  /**
   * Another person has approved.
   * @throws where nobody has
   */
  static approved({ by, state }: CommandRequest): Permit {
    if (state.is !== 'approved') throw new Error('the request is not approved');
    return new Permit(by, state.by);
  }

  /** Servpack itself acts: a schedule ends a campaign that it could not start. */
  static ofServpack(by: string): Permit {
    return new Permit(by, null);
  }

  /** Nothing has begun yet: a person prepares a campaign alone. */
  static beforeStart(by: string): EditPermit {
    return Permit.takenOver({ by, approvedBy: null, scope: 'beforeStart' });
  }

  /** Says what would be done. */
  static toLook(by: string): EditPermit {
    return Permit.takenOver({ by, approvedBy: null, scope: 'look' });
  }

  /** The permit of an edit in a thread of its own. */
  static takenOver({ by, approvedBy, scope }: PermitParts): EditPermit {
    const whole = new Permit(by, approvedBy);
    if (scope === 'all') return whole;
    return {
      by,
      covers: (hasBegun) => scope === 'beforeStart' && !hasBegun,
      worded: (reason) => whole.worded(reason),
      handedOver: { by, approvedBy, scope },
    };
  }

  covers(): boolean {
    return true;
  }

  worded(reason: string): string {
    return this.#approvedBy === null ? reason : `${reason} (approved by ${this.#approvedBy})`;
  }

  get handedOver(): PermitParts {
    return { by: this.by, approvedBy: this.#approvedBy, scope: 'all' };
  }
}
