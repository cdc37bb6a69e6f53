package main

import (
	"context"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
)

// KvPrewrite makes every transaction one of two phases. Unistore chooses the timestamp of a one-phase or asynchronous
// commit before the keys can be seen as locked: who begins in between, at a later timestamp, reads the old values and
// overwrites the new ones without a conflict. With PD's timestamps, a round trip away, updates are lost that way.
// An answer without a commit timestamp tells TiDB to go on with a second phase.
func (s *store) KvPrewrite(ctx context.Context, request *kvrpcpb.PrewriteRequest) (*kvrpcpb.PrewriteResponse, error) {
	request.UseAsyncCommit = false
	request.TryOnePc = false
	return s.Server.KvPrewrite(ctx, request)
}
