import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lets one command line that comes by ssh stand still on a client, so that whoever has sent it can be lost at that very place. It goes on
 * when it is let go of, as a command of Windows does whose connection was cut.
 */
export interface Hold {
  /** A command stands there. */
  isReached(): boolean;
  /** Lets go of it; the client's later commands are not held. */
  release(): void;
  /** The command that was let go of has ended. */
  hasEnded(): boolean;
}

/** `before` the command runs, or `after` it has done everything and its answer is still to come. */
export type HoldPlace = 'before' | 'after';

const orderIn = (prefix: string, when: HoldPlace): string => join(prefix, `hold-${when}`);
const heldIn = (prefix: string): string => join(prefix, 'held');
const endedIn = (prefix: string): string => join(prefix, 'held-ended');

/** Holds the next command that contains `text`. One hold at a time on a client. */
export function holdCommand(prefix: string, when: HoldPlace, text: string): Hold {
  rmSync(endedIn(prefix), { force: true });
  writeFileSync(orderIn(prefix, when), text);
  return {
    isReached: () => existsSync(heldIn(prefix)),
    hasEnded: () => existsSync(endedIn(prefix)),
    release: () => {
      rmSync(orderIn(prefix, when), { force: true });
      rmSync(heldIn(prefix), { force: true });
    },
  };
}

/**
 * The script behind sshd, around a command: whichever command comes first and contains the text takes the order for itself by renaming it. Where nothing is
 * to stand still no shell stays beside the command.
 */
export const heldCommand = (quotedPrefix: string, command: string): readonly string[] => [
  `order=${quotedPrefix}/hold held=${quotedPrefix}/held`,
  'stand() {',
  '  [ -e "$order-$1" ] || return 0',
  '  case "$SSH_ORIGINAL_COMMAND" in *"$(cat "$order-$1")"*) ;; *) return 0 ;; esac',
  '  mv "$order-$1" "$held" 2>/dev/null || return 0',
  '  while [ -e "$held" ]; do sleep 0.1; done',
  '  stood=yes',
  '}',
  'stand before',
  `[ -z "$stood" ] && [ ! -e "$order-after" ] && exec ${command}`,
  command,
  'code=$?',
  'stand after',
  '[ -z "$stood" ] || : >"$held-ended"',
  'exit $code',
];
