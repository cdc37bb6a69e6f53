/** First byte of what a client sends. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html */
export const COMMAND = {
  quit: 0x01,
  query: 0x03,
  fieldList: 0x04,
  processInfo: 0x0a,
  changeUser: 0x11,
  statementPrepare: 0x16,
  statementExecute: 0x17,
  statementSendLongData: 0x18,
  statementClose: 0x19,
  statementFetch: 0x1c,
} as const

/** How the reply to a command goes. */
export type ReplyKind = 'none' | 'result' | 'prepare' | 'rows' | 'fields' | 'login' | 'single'

export function replyKindOf(command: number): ReplyKind {
  switch (command) {
    case COMMAND.quit:
    case COMMAND.statementClose:
    case COMMAND.statementSendLongData:
      return 'none'
    case COMMAND.query:
    case COMMAND.statementExecute:
    case COMMAND.processInfo:
      return 'result'
    case COMMAND.statementPrepare:
      return 'prepare'
    case COMMAND.statementFetch:
      return 'rows'
    case COMMAND.fieldList:
      return 'fields'
    case COMMAND.changeUser:
      return 'login'
    default:
      return 'single'
  }
}
