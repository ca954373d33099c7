/** Why a gateway call failed; `kind` says what is known about the outcome. */
export interface Failure {
  readonly kind: 'unreachable' | 'timedOut' | 'cutOff' | 'fenced' | 'failed' | 'garbled';
  readonly message: string;
}
