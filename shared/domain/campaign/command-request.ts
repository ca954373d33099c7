/**
 * Commands that wait for the approval of another person where `SERVPACK_FOUR_EYES` names them. For
 * each command on its subject one request is open at most.
 */

export const guardedCommands = ['abort', 'withdraw', 'undo', 'unmark', 'edit'] as const;

export type GuardedCommand = (typeof guardedCommands)[number];

export const isGuardedCommand = (word: string | undefined): boolean =>
  guardedCommands.some((each) => each === word);

/** What a request is about: who may approve it, and what is done then. */
export interface CommandRequest {
  readonly command: GuardedCommand;
  /** The campaign; the release where the command is `withdraw`. */
  readonly subject: string;
  /** Which campaign of this name; left out = the first, or a release. */
  readonly life?: number;
  /** Left out = the command is about the whole campaign. */
  readonly client?: string;
  /** No other request of the installation ever has it. */
  readonly number: number;
  readonly by: string;
  readonly reason: string;
  /** Policy time, as `until`: then it expires. */
  readonly at: number;
  readonly until: number;
  /** What the command does, in numbers, as the person who approves is shown it. */
  readonly text: readonly string[];
  /** What an edit changes. Dropped when the request is closed. */
  readonly edit?: RequestedEdit;
  readonly state: RequestState;
}

export interface RequestedEdit {
  /** The edition that the person was shown. */
  readonly edition: number;
  readonly file: string;
  readonly text: string;
  readonly calendars?: Readonly<Record<string, string>>;
}

/**
 * `approved`: the command is to be carried out, once. `void`: it has become wrong or needless.
 */
export type RequestState =
  | { readonly is: 'asked' }
  | { readonly is: 'approved'; readonly by: string; readonly at: number; readonly reason?: string }
  | {
      readonly is: 'done' | 'rejected' | 'expired' | 'retracted' | 'void';
      readonly at: number;
      readonly because: string;
    };

/** `sms-sp4/abort`, `sms-sp4/undo/pc-7`, `sms-1.2-sp4/withdraw`: the command on its subject. */
export const requestKey = ({
  subject,
  command,
  client,
}: Pick<CommandRequest, 'subject' | 'command' | 'client'>): string =>
  [subject, command, ...(client === undefined ? [] : [client])].join('/');

/** `sms-sp4/abort/1`: names one request for ever. */
export const requestName = (request: CommandRequest): string => `${requestKey(request)}/${request.number}`;

/** Nothing follows from it any more. */
export const isClosed = ({ state }: CommandRequest): boolean =>
  state.is !== 'asked' && state.is !== 'approved';
