// Command unistore-server is a key-value store that speaks TiKV's protocol to TiDB and PD.
//
// It is not TiKV: one store without Raft and replicas, whose locks live in memory. What it does is what TiDB's own
// embedded unistore does, behind a port. Its flags are those of tikv-server that have a meaning here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/BurntSushi/toml"
	"github.com/pingcap/kvproto/pkg/deadlock"
	"github.com/pingcap/kvproto/pkg/tikvpb"
	"github.com/pingcap/log"
	"github.com/pingcap/tidb/pkg/store/mockstore/unistore/config"
	"github.com/pingcap/tidb/pkg/store/mockstore/unistore/pd"
	"github.com/pingcap/tidb/pkg/store/mockstore/unistore/server"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// release is set by the linker.
var release = "v0.0.0"

type options struct {
	addr, advertiseAddr, statusAddr, pd, dataDir, logFile, logLevel, config string
}

func main() {
	options, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(options)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "unistore-server:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (options, error) {
	parsed := options{}
	flags := flag.NewFlagSet("unistore-server", flag.ContinueOnError)
	flags.StringVar(&parsed.addr, "addr", "127.0.0.1:20160", "address to listen on")
	flags.StringVar(&parsed.advertiseAddr, "advertise-addr", "", "address that TiDB connects to (default: addr)")
	flags.StringVar(&parsed.statusAddr, "status-addr", "127.0.0.1:20180", "address of the HTTP status server")
	flags.StringVar(&parsed.pd, "pd", "127.0.0.1:2379", "addresses of PD, separated by commas")
	flags.StringVar(&parsed.dataDir, "data-dir", "", "folder of the data (required)")
	flags.StringVar(&parsed.logFile, "log-file", "", "file of the log (default: standard error)")
	flags.StringVar(&parsed.logLevel, "log-level", "warn", "debug, info, warn or error")
	flags.StringVar(&parsed.config, "config", "", "file of unistore's settings (TOML)")
	version := false
	flags.BoolVar(&version, "version", false, "print the version and exit")
	flags.BoolVar(&version, "V", false, "print the version and exit")
	if err := flags.Parse(arguments); err != nil {
		return parsed, err
	}
	if version {
		fmt.Println("Release Version:", release)
		return parsed, flag.ErrHelp
	}
	if flags.NArg() > 0 {
		return parsed, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if parsed.dataDir == "" {
		return parsed, errors.New("--data-dir is required")
	}
	if parsed.advertiseAddr == "" {
		parsed.advertiseAddr = parsed.addr
	}
	return parsed, os.MkdirAll(parsed.dataDir, 0o700)
}

func run(options options) error {
	logger, properties, err := log.InitLogger(&log.Config{Level: options.logLevel, File: log.FileLogConfig{Filename: options.logFile}})
	if err != nil {
		return err
	}
	log.ReplaceGlobals(logger, properties)
	// The port is taken before PD is told of it: whoever connects early waits instead of being refused.
	listener, err := net.Listen("tcp", options.addr)
	if err != nil {
		return err
	}
	statusListener, err := net.Listen("tcp", options.statusAddr)
	if err != nil {
		return err
	}
	client, err := pd.NewClient(strings.Split(options.pd, ","), "unistore-server")
	if err != nil {
		return fmt.Errorf("PD at %s does not answer: %w", options.pd, err)
	}
	conf := config.DefaultConf
	if options.config != "" {
		if _, err := toml.DecodeFile(options.config, &conf); err != nil {
			return err
		}
	}
	conf.Server.Raft = false
	conf.Server.PDAddr = options.pd
	conf.Server.StoreAddr = options.advertiseAddr
	conf.Engine.DBPath = options.dataDir
	unistore, err := server.New(&conf, describedStore{Client: client, statusAddress: options.statusAddr})
	if err != nil {
		return err
	}
	store := &store{Server: unistore}

	rpc := grpc.NewServer(grpc.UnaryInterceptor(recovered), grpc.MaxRecvMsgSize(256*config.MB))
	tikvpb.RegisterTikvServer(rpc, store)
	deadlock.RegisterDeadlockServer(rpc, unistore)
	probe := health.NewServer()
	probe.SetServingStatus("", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(rpc, probe)

	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	failed := make(chan error, 2)
	go func() { failed <- rpc.Serve(listener) }()
	// Who asks earlier waits: an answer says that the store can be used.
	status := statusServer(options)
	go func() { failed <- status.Serve(statusListener) }()
	defer status.Close()
	select {
	case err = <-failed:
	case <-stop.Done():
	}
	log.Info("stopping", zap.Error(err))
	// Not gracefully: TiDB keeps its streams of batched commands open for ever. The store waits for what is in flight,
	// a second at most (waits for locks), and closes its files.
	rpc.Stop()
	unistore.Stop()
	client.Close()
	return err
}
