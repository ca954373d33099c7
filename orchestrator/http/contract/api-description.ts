/** What holds for every route. */
export const apiDescription = `The HTTP API of an orchestrator. The command line uses nothing else.

- Every route needs the header \`Authorization: Bearer TOKEN\`, unless the route says otherwise.
- Names in paths compare without case. A GET answers HEAD, too.
- Times are ISO 8601, UTC.
- A refused request is answered with a problem document (RFC 9457). \`code\` is stable.
- Every JSON document has \`schemaVersion\`: it grows when a field goes, or means something else.
- An answer may get further fields in a later version. A request with a field that no schema has is refused.
- \`x-servpack-role\` names the roles that may ask a route.`;
