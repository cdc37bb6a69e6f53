package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	pb "github.com/pingcap/kvproto/pkg/tikvpb"
)

type (
	request  = pb.BatchCommandsRequest_Request
	response = pb.BatchCommandsResponse_Response
)

// BatchCommands is how TiDB sends nearly everything. unistore's own would call its methods past those of the store,
// answers some commands with nothing, and ends the process when one of them panics. Here a command that cannot be
// answered ends the stream: TiDB then reports the store as unavailable.
func (s *store) BatchCommands(stream pb.Tikv_BatchCommandsServer) error {
	ctx, cancel := context.WithCancelCause(stream.Context())
	defer cancel(nil)
	answers := make(chan *pb.BatchCommandsResponse, 256)
	go func() {
		for {
			batch, err := stream.Recv()
			if err != nil {
				cancel(err)
				return
			}
			for index, command := range batch.GetRequests() {
				go func(id uint64) {
					answer, err := s.answer(ctx, command)
					if err != nil {
						cancel(err)
						return
					}
					single := &pb.BatchCommandsResponse{Responses: []*response{answer}, RequestIds: []uint64{id}}
					select {
					case answers <- single:
					case <-ctx.Done():
					}
				}(batch.GetRequestIds()[index])
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			if cause := context.Cause(ctx); !errors.Is(cause, io.EOF) {
				return cause
			}
			return nil
		case answer := <-answers:
			for more := true; more; {
				select {
				case next := <-answers:
					answer.Responses = append(answer.Responses, next.Responses...)
					answer.RequestIds = append(answer.RequestIds, next.RequestIds...)
				default:
					more = false
				}
			}
			if err := stream.Send(answer); err != nil {
				return err
			}
		}
	}
}

func (s *store) answer(ctx context.Context, command *request) (answer *response, err error) {
	defer recoverInto(fmt.Sprintf("%T", command.GetCmd()), &err)
	answer = &response{}
	switch asked := command.GetCmd().(type) {
	case *pb.BatchCommandsRequest_Request_Get:
		told, err := s.KvGet(ctx, asked.Get)
		answer.Cmd = &pb.BatchCommandsResponse_Response_Get{Get: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_Scan:
		told, err := s.KvScan(ctx, asked.Scan)
		answer.Cmd = &pb.BatchCommandsResponse_Response_Scan{Scan: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_BatchGet:
		told, err := s.KvBatchGet(ctx, asked.BatchGet)
		answer.Cmd = &pb.BatchCommandsResponse_Response_BatchGet{BatchGet: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_Prewrite:
		told, err := s.KvPrewrite(ctx, asked.Prewrite)
		answer.Cmd = &pb.BatchCommandsResponse_Response_Prewrite{Prewrite: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_Commit:
		told, err := s.KvCommit(ctx, asked.Commit)
		answer.Cmd = &pb.BatchCommandsResponse_Response_Commit{Commit: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_Cleanup:
		told, err := s.KvCleanup(ctx, asked.Cleanup)
		answer.Cmd = &pb.BatchCommandsResponse_Response_Cleanup{Cleanup: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_BatchRollback:
		told, err := s.KvBatchRollback(ctx, asked.BatchRollback)
		answer.Cmd = &pb.BatchCommandsResponse_Response_BatchRollback{BatchRollback: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_ScanLock:
		told, err := s.KvScanLock(ctx, asked.ScanLock)
		answer.Cmd = &pb.BatchCommandsResponse_Response_ScanLock{ScanLock: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_ResolveLock:
		told, err := s.KvResolveLock(ctx, asked.ResolveLock)
		answer.Cmd = &pb.BatchCommandsResponse_Response_ResolveLock{ResolveLock: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_GC:
		told, err := s.KvGC(ctx, asked.GC)
		answer.Cmd = &pb.BatchCommandsResponse_Response_GC{GC: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_DeleteRange:
		told, err := s.KvDeleteRange(ctx, asked.DeleteRange)
		answer.Cmd = &pb.BatchCommandsResponse_Response_DeleteRange{DeleteRange: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_Coprocessor:
		told, err := s.Coprocessor(ctx, asked.Coprocessor)
		answer.Cmd = &pb.BatchCommandsResponse_Response_Coprocessor{Coprocessor: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_PessimisticLock:
		told, err := s.KvPessimisticLock(ctx, asked.PessimisticLock)
		answer.Cmd = &pb.BatchCommandsResponse_Response_PessimisticLock{PessimisticLock: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_PessimisticRollback:
		told, err := s.KVPessimisticRollback(ctx, asked.PessimisticRollback)
		answer.Cmd = &pb.BatchCommandsResponse_Response_PessimisticRollback{PessimisticRollback: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_CheckTxnStatus:
		told, err := s.KvCheckTxnStatus(ctx, asked.CheckTxnStatus)
		answer.Cmd = &pb.BatchCommandsResponse_Response_CheckTxnStatus{CheckTxnStatus: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_CheckSecondaryLocks:
		told, err := s.KvCheckSecondaryLocks(ctx, asked.CheckSecondaryLocks)
		answer.Cmd = &pb.BatchCommandsResponse_Response_CheckSecondaryLocks{CheckSecondaryLocks: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_TxnHeartBeat:
		told, err := s.KvTxnHeartBeat(ctx, asked.TxnHeartBeat)
		answer.Cmd = &pb.BatchCommandsResponse_Response_TxnHeartBeat{TxnHeartBeat: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_Flush:
		told, err := s.KvFlush(ctx, asked.Flush)
		answer.Cmd = &pb.BatchCommandsResponse_Response_Flush{Flush: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_BufferBatchGet:
		told, err := s.KvBufferBatchGet(ctx, asked.BufferBatchGet)
		answer.Cmd = &pb.BatchCommandsResponse_Response_BufferBatchGet{BufferBatchGet: told}
		return answer, err
	case *pb.BatchCommandsRequest_Request_Empty:
		answer.Cmd = &pb.BatchCommandsResponse_Response_Empty{Empty: &pb.BatchCommandsEmptyResponse{TestId: asked.Empty.TestId}}
		return answer, nil
	}
	panic("not implemented")
}
