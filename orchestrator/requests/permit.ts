import { withApprover } from '../../shared/domain/campaign/person.ts';
import type { CommandRequest, GuardedCommand } from '../../shared/domain/campaign/command-request.ts';

/** Which commands another person must approve. */
export interface FourEyes {
  readonly commands: ReadonlySet<GuardedCommand>;
  /** Policy time until a request expires. */
  readonly expiresMs: number;
}

/** What an edit needs: a `Permit`, or one that allows less. */
export interface EditPermit {
  /** Who does it, as the audit names them, and who has approved it. */
  readonly by: string;
  /** Whether it allows this change of a campaign now. */
  covers(edit: EditKind): boolean;
  /** What a thread of this process makes the same permit of. */
  readonly handedOver: PermitParts;
}

/** What an edit is, for who may do it alone. */
export interface EditKind {
  /** Something of the campaign has begun. */
  readonly hasBegun: boolean;
  /** It cancels clients, or has servpack do so: what an abort does. */
  readonly cancels: boolean;
}

export interface PermitParts {
  readonly by: string;
  /**
   * `cancelsNothing`: only what is no abort. `beforeStart`: only while nothing of the campaign has
   * begun. `look`: nothing is changed.
   */
  readonly scope: 'all' | 'cancelsNothing' | 'beforeStart' | 'look';
}

const covered: Readonly<Record<PermitParts['scope'], (edit: EditKind) => boolean>> = {
  all: () => true,
  cancelsNothing: ({ hasBegun, cancels }) => !hasBegun || !cancels,
  beforeStart: ({ hasBegun }) => !hasBegun,
  look: () => false,
};

/**
 * What a guarded command needs before it acts. The functions that act take one in place of the name
 * of a person, so that no route, command or round does alone what two people must do.
 * `test/architecture/permits.test.ts` says which files make one.
 */
export class Permit implements EditPermit {
  readonly by: string;

  private constructor(by: string) {
    this.by = by;
  }

  /**
   * The person acts alone; null = the setting wants a second one.
   * @param as the commands that this counts as
   */
  static alone(fourEyes: FourEyes | undefined, as: readonly GuardedCommand[], by: string): Permit | null {
    return as.some((command) => fourEyes?.commands.has(command) === true) ? null : new Permit(by);
  }

  /**
   * Another person has approved.
   * @throws where nobody has
   */
  static approved({ by, state }: CommandRequest): Permit {
    if (state.is !== 'approved') throw new Error('the request is not approved');
    return new Permit(withApprover(by, state.by));
  }

  /** Servpack itself acts: a schedule ends a campaign that it could not start. */
  static ofServpack(by: string): Permit {
    return new Permit(by);
  }

  /** An edit that is no abort: where only an abort needs a second person. */
  static cancellingNothing(by: string): EditPermit {
    return Permit.takenOver({ by, scope: 'cancelsNothing' });
  }

  /** Nothing has begun yet: a person prepares a campaign alone. */
  static beforeStart(by: string): EditPermit {
    return Permit.takenOver({ by, scope: 'beforeStart' });
  }

  /** Says what would be done. */
  static toLook(by: string): EditPermit {
    return Permit.takenOver({ by, scope: 'look' });
  }

  /** The permit of an edit in a thread of its own. */
  static takenOver({ by, scope }: PermitParts): EditPermit {
    return scope === 'all' ? new Permit(by) : { by, covers: covered[scope], handedOver: { by, scope } };
  }

  covers(): boolean {
    return true;
  }

  get handedOver(): PermitParts {
    return { by: this.by, scope: 'all' };
  }
}
