package main

import (
	"bytes"
	"context"
	"math"
	"sync"

	"github.com/dgryski/go-farm"
	"github.com/pingcap/kvproto/pkg/deadlock"
	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/pingcap/tidb/pkg/store/mockstore/unistore/tikv"
)

// store is unistore with what it lacks: the list of lock waits, and batched commands that meet the methods below.
type store struct {
	*tikv.Server
	locking sync.Map // *kvrpcpb.PessimisticLockRequest -> nil: the calls in flight
}

func (s *store) KvPessimisticLock(ctx context.Context, request *kvrpcpb.PessimisticLockRequest) (*kvrpcpb.PessimisticLockResponse, error) {
	s.locking.Store(request, nil)
	defer s.locking.Delete(request)
	return s.Server.KvPessimisticLock(ctx, request)
}

// GetLockWaitInfo is what information_schema.data_lock_waits shows. A call in flight waits for the first of its keys
// that another transaction has locked. Like TiKV, unistore ends a wait after a second, and TiDB asks again: between
// the two there is no wait to be seen.
func (s *store) GetLockWaitInfo(ctx context.Context, _ *kvrpcpb.GetLockWaitInfoRequest) (*kvrpcpb.GetLockWaitInfoResponse, error) {
	response := &kvrpcpb.GetLockWaitInfoResponse{}
	var failure error
	s.locking.Range(func(key, _ any) bool {
		request := key.(*kvrpcpb.PessimisticLockRequest)
		for _, mutation := range request.Mutations {
			holder, err := s.holder(ctx, mutation.Key)
			if err != nil {
				failure = err
				return false
			}
			if holder != 0 && holder != request.StartVersion {
				response.Entries = append(response.Entries, &deadlock.WaitForEntry{
					Txn:              request.StartVersion,
					WaitForTxn:       holder,
					Key:              mutation.Key,
					KeyHash:          farm.Fingerprint64(mutation.Key),
					ResourceGroupTag: request.Context.GetResourceGroupTag(),
				})
				return true
			}
		}
		return true
	})
	return response, failure
}

// holder is the start timestamp of the transaction that has locked a key, 0 if none has.
func (s *store) holder(ctx context.Context, key []byte) (uint64, error) {
	scan, err := s.PhysicalScanLock(ctx, &kvrpcpb.PhysicalScanLockRequest{StartKey: key, MaxTs: math.MaxUint64, Limit: 1})
	if err != nil || len(scan.Locks) == 0 || !bytes.Equal(scan.Locks[0].Key, key) {
		return 0, err
	}
	return scan.Locks[0].LockVersion, nil
}
