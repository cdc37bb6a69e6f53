export { openSession } from '../src/connections/open-session.ts'
export type { OpenSessionOptions } from '../src/connections/open-session.ts'
export { ConnectionPool } from '../src/connections/connection-pool.ts'
export type { ConnectionPoolOptions, ConnectionPoolStatus, Replacement } from '../src/connections/connection-pool.ts'
export { sql } from '../src/connections/sql.ts'
export type { Fragment, SqlResult, SqlRow, SqlTag, SqlValue } from '../src/connections/sql.ts'
export type { Outcome } from '../src/connections/outcome.ts'
export type { Session } from '../src/connections/session.ts'
export type { TransactionBody, TransactionOptions } from '../src/connections/transaction.ts'
export type { Statement } from '../src/connections/statement.ts'
export type { StartedStatement } from '../src/connections/started-statement.ts'
export { StatementLog } from '../src/connections/statement-log.ts'
export { urlOf } from '../src/connections/endpoint.ts'
export { BlockingObserver } from '../src/blocking/blocking-observer.ts'
export type { BlockingObserverOptions, VerdictOptions } from '../src/blocking/blocking-observer.ts'
export type { Blocker, StatementState, Wait, WaitEvidence, WaitKind, WaitTarget } from '../src/blocking/wait.ts'
export type { SessionStatus, WaitForGraph } from '../src/blocking/wait-for-graph.ts'
export { interleavings } from '../src/isolation/interleavings.ts'
export { runSchedule } from '../src/isolation/run-schedule.ts'
export type { IsolationReport, StepEvent, StepRecord, StepResult } from '../src/isolation/report.ts'
export type { Schedule, ScheduledStep, StepMarker } from '../src/isolation/schedule.ts'
export type { IsolationSpec, SessionSpec, StepSpec } from '../src/isolation/spec.ts'
export type { Stage } from '../src/isolation/stage.ts'
export type { Endpoint } from '../src/connections/endpoint.ts'
export type { Plan } from '../src/connections/plan.ts'
export { Faults } from '../src/faults/faults.ts'
export type { Body } from '../src/faults/faults.ts'
export type { Direction, Fault, FaultPlace, Flow, Parcel, Shape, Undo } from '../src/faults/fault.ts'
export type { ScopeOptions as FaultScopeOptions, SessionLike } from '../src/faults/fault-scope.ts'
export type { End, ProxiedConnection } from '../src/faults/proxied-connection.ts'
export type { StatementMatch } from '../src/faults/statement-match.ts'
export type { DirectionOption } from '../src/faults/which-direction.ts'
export { bandwidth } from '../src/faults/faults/bandwidth.ts'
export type { BandwidthOptions } from '../src/faults/faults/bandwidth.ts'
export { byteLimit } from '../src/faults/faults/byte-limit.ts'
export type { ByteLimitOptions } from '../src/faults/faults/byte-limit.ts'
export { connecting } from '../src/faults/faults/connecting.ts'
export type { ConnectingOptions } from '../src/faults/faults/connecting.ts'
export { cutReply } from '../src/faults/faults/cut-reply.ts'
export type { CutReplyOptions } from '../src/faults/faults/cut-reply.ts'
export { dropRequest } from '../src/faults/faults/drop-request.ts'
export type { DropRequestOptions } from '../src/faults/faults/drop-request.ts'
export { halfClose } from '../src/faults/faults/half-close.ts'
export type { HalfCloseOptions } from '../src/faults/faults/half-close.ts'
export { holdStatement } from '../src/faults/faults/hold-statement.ts'
export { latency } from '../src/faults/faults/latency.ts'
export type { LatencyOptions } from '../src/faults/faults/latency.ts'
export { loseReply } from '../src/faults/faults/lose-reply.ts'
export type { LoseReplyOptions } from '../src/faults/faults/lose-reply.ts'
export { refuse } from '../src/faults/faults/refuse.ts'
export { reset } from '../src/faults/faults/reset.ts'
export type { ResetOptions } from '../src/faults/faults/reset.ts'
export { slicing } from '../src/faults/faults/slicing.ts'
export type { SlicingOptions } from '../src/faults/faults/slicing.ts'
export { stall } from '../src/faults/faults/stall.ts'
export { FaultProxy } from '../src/faults/fault-proxy.ts'
export type { FaultProxyOptions } from '../src/faults/fault-proxy.ts'
export { Secret } from '../src/logging/secret.ts'
export { createLogger } from '../src/logging/logger.ts'
export type { Logger, LoggerOptions, LogLine } from '../src/logging/logger.ts'
export type { LogFields } from '../src/logging/format-record.ts'
export { backendFor } from '../src/backends/assemble.ts'
export type {
  Availability,
  Backend,
  BackendKind,
  Progress,
  RunningBackend,
  RunningServer,
  Schema,
  ServerDeath,
} from '../src/backends/backend.ts'
export { defineConfigExtension } from '../src/config/config-extension.ts'
export type { ConfigExtension } from '../src/config/config-extension.ts'
export { resolveConfig } from '../src/config/resolve-config.ts'
export type { ResolvedConfig } from '../src/config/resolved-config.ts'
export type { TidbOptions } from '../src/config/tidb-options.ts'
export { isTidbTestError, TidbTestError } from '../src/errors/tidb-test-error.ts'
export {
  isBackendError,
  isCircuitOpenError,
  isConfigError,
  isConnectError,
  isCoordinationError,
  isDatabaseError,
  isFaultError,
  isPythonError,
  isStateError,
  isStatementError,
} from '../src/errors/guards.ts'
export { formatError } from '../src/errors/format-error.ts'
export { outcomeOfError } from '../src/errors/outcome-of-error.ts'
export { BackendError } from '../src/errors/backend-error.ts'
export { CircuitOpenError } from '../src/errors/circuit-open-error.ts'
export { ConfigError } from '../src/errors/config-error.ts'
export { ConnectError } from '../src/errors/connect-error.ts'
export { CoordinationError } from '../src/errors/coordination-error.ts'
export { DatabaseError } from '../src/errors/database-error.ts'
export { FaultError } from '../src/errors/fault-error.ts'
export { PythonError } from '../src/errors/python-error.ts'
export { StateError } from '../src/errors/state-error.ts'
export { StatementError } from '../src/errors/statement-error.ts'
export type { DeadlockWait } from '../src/errors/deadlock.ts'
export type { ErrorOutcome } from '../src/errors/classify.ts'
export { CircuitBreaker } from '../src/resilience/circuit-breaker.ts'
export type { Circuit, CircuitBreakerOptions, CircuitStatus } from '../src/resilience/circuit-breaker.ts'
export type { Retry, RetryOptions } from '../src/resilience/retry-options.ts'
export { retry } from '../src/resilience/retry.ts'
export type { RetriedWork } from '../src/resilience/retry.ts'
export { connectingRetry, transactionRetry } from '../src/resilience/retry-options.ts'
export { explorePaths } from '../src/state-machine/explore-paths.ts'
export type { ExploredPath, ExplorePathsOptions } from '../src/state-machine/explore-paths.ts'
export { exploreWalks } from '../src/state-machine/explore-walks.ts'
export type { ExploredWalks, ExploreWalksOptions } from '../src/state-machine/explore-walks.ts'
export { followPath } from '../src/state-machine/explore-follow.ts'
export type { ExplorationModel } from '../src/state-machine/explore-model.ts'
export { runMachine } from '../src/state-machine/run-machine.ts'
export type { MachineRun } from '../src/state-machine/machine-run.ts'
export { commonHandlers } from '../src/workflows/common-handlers.ts'
export { commonStates } from '../src/workflows/common-states.ts'
export { connectionWorkflow } from '../src/workflows/connection-workflow.ts'
export { DynamicStateMachine } from '../src/workflows/dynamic-state-machine.ts'
export type { DynamicState, DynamicStateHandler, GuardedStateHandler } from '../src/workflows/dynamic-state-machine.ts'
export { runWorkflow } from '../src/workflows/run-workflow.ts'
export type { WorkflowOptions } from '../src/workflows/run-workflow.ts'
export { State } from '../src/workflows/state.ts'
export { defineHandler, StateMachine } from '../src/workflows/state-machine.ts'
export type { StateHandler } from '../src/workflows/state-machine.ts'
export type { DynamicStateContext, StateContext, WorkflowContext } from '../src/workflows/workflow-context.ts'
export { ConnectionCoordinator } from '../src/coordination/connection-coordinator.ts'
export { MultiConnectionStateMachine } from '../src/coordination/multi-connection-state-machine.ts'
export { SharedState } from '../src/coordination/shared-state.ts'
export { Mailbox } from '../src/coordination/mailbox.ts'
export type { Payload, ReceiveOptions, Reply, WithReply } from '../src/coordination/mailbox.ts'
export { CoordinationEvents } from '../src/coordination/coordination-events.ts'
export type {
  AnyEvent,
  ConnectionEvents,
  CoordinationEvent,
  EventWaitOptions,
} from '../src/coordination/coordination-events.ts'
export { FailedCoordinationError, isFailedCoordination } from '../src/coordination/task-outcome.ts'
export type { TaskOutcome, Outcomes, Requirement } from '../src/coordination/task-outcome.ts'
export type { Coordinated } from '../src/coordination/coordinated.ts'
export type { ConnectionContext } from '../src/coordination/connection-context.ts'
export type { ConnectionRecord, ConnectionStatus } from '../src/coordination/connection-status.ts'
export type { Monitored, MonitorOptions } from '../src/coordination/monitor.ts'
export type { BarrierOptions } from '../src/coordination/barrier.ts'
export type { Latch } from '../src/coordination/latch.ts'
export type { TurnOptions } from '../src/coordination/turns.ts'
export type { WaitOptions as CoordinationWaitOptions } from '../src/coordination/wait.ts'
export type {
  ConnectionOptions,
  CoordinatedRunOptions,
  CoordinatorOptions,
  MachineRequest,
  SessionRequest,
} from '../src/coordination/coordinator-options.ts'
