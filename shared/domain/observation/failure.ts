/** Why a gateway call did not bring what was asked; `kind` decides what is known about the outcome. */
export interface Failure {
  readonly kind: 'unreachable' | 'timedOut' | 'cutOff' | 'fenced' | 'failed' | 'garbled';
  readonly message: string;
}
