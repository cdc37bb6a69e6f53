/** The states of opening a connection, for typed machines. */
export const State = {
  Initial: 'Initial',
  ParsingConfig: 'ParsingConfig',
  Connecting: 'Connecting',
  TestingConnection: 'TestingConnection',
  VerifyingDatabase: 'VerifyingDatabase',
  GettingVersion: 'GettingVersion',
  Completed: 'Completed',
  Error: 'Error',
} as const

export type State = (typeof State)[keyof typeof State]
