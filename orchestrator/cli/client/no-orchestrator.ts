/**
 * How an orchestrator that does not answer is started: as it was installed there. Nothing on the
 * machine of the command line says which of them it was.
 */
export const howToStart =
  'start it as it was installed: systemctl start servpack-orchestrator, docker compose up -d orchestrator, or servpack up where it is no service';

/**
 * @param at the address, as messages name it
 * @param because what came of the request, in brackets; empty = not known
 * @param context the context of the address; null = it comes from elsewhere
 */
export const noAnswer = (at: string, because: string, context: string | null): string =>
  `no orchestrator answers at ${at}${because}; ${howToStart}; ${
    context === null ? 'or give its address with --url' : 'or choose another one with --context'
  }`;
