package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/pingcap/log"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// recovered answers a call that panics with an error: unistore panics on what it does not implement.
func recovered(ctx context.Context, request any, call *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (response any, err error) {
	defer recoverInto(call.FullMethod, &err)
	return handle(ctx, request)
}

func recoverInto(method string, err *error) {
	if panicked := recover(); panicked != nil {
		log.Error("a call panicked", zap.String("method", method), zap.Any("panic", panicked), zap.ByteString("stack", debug.Stack()))
		*err = status.Error(codes.Unimplemented, fmt.Sprintf("unistore cannot answer %s: %v", method, panicked))
	}
}
