package main

import (
	"context"
	"strings"
	"time"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/pingcap/tidb/pkg/store/mockstore/unistore/pd"
)

// describedStore tells PD more of the store than its address: without a version PD takes the cluster for one of
// before 2.1, and information_schema.cluster_info has no status address. The label tells people that this is no TiKV.
type describedStore struct {
	pd.Client
	statusAddress string
}

func (d describedStore) describe(store *metapb.Store) *metapb.Store {
	described := *store
	described.Version, described.GitHash, _ = strings.Cut(strings.TrimPrefix(release, "v"), "+")
	described.StatusAddress = d.statusAddress
	described.StartTimestamp = time.Now().Unix()
	described.Labels = []*metapb.StoreLabel{{Key: "store", Value: "unistore"}}
	return &described
}

func (d describedStore) PutStore(ctx context.Context, store *metapb.Store) error {
	return d.Client.PutStore(ctx, d.describe(store))
}
