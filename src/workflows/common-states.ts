/** Names of the states of opening a connection, for dynamic machines. A state is its name alone. */
export const commonStates = {
  initial: 'initial',
  parsingConfig: 'parsing_config',
  connecting: 'connecting',
  testingConnection: 'testing_connection',
  verifyingDatabase: 'verifying_database',
  gettingVersion: 'getting_version',
  completed: 'completed',
  error: 'error',
} as const
