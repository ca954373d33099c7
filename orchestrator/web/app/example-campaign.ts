/** A campaign file to begin with: every key of it is explained in docs/campaigns.md. */
export const exampleCampaign = (release: string): string => `# One release for the whole fleet, wave by wave.
campaign: first
release: ${release}

# A wave opens when enough of the one before are finished, and few of them are not ok.
waves:
  - { name: canary, count: 5, gate: { settled: 80 %, failures: 30 %, minSample: 3 } }
  - { name: rest, rest: true }

# Clients that may be worked on at the same time.
budgets:
  active: 100
  perLogonServer: 25

# A service in the way is waited for, then moved.
ladder: [wait, notify, relocation]

restart: { allowed: nobodyLoggedOn, deadline: 4h }
`;
