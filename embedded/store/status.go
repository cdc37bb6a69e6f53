package main

import (
	"encoding/json"
	"net/http"
)

// statusServer answers what TiDB asks of a TiKV by HTTP: /status, and /config for information_schema.cluster_config.
func statusServer(options options) *http.Server {
	answers := http.NewServeMux()
	answers.HandleFunc("/status", func(writer http.ResponseWriter, _ *http.Request) {
		writer.WriteHeader(http.StatusOK)
	})
	answers.HandleFunc("/config", func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(writer).Encode(map[string]any{
			"log-level": options.logLevel,
			"server":    map[string]string{"addr": options.addr, "advertise-addr": options.advertiseAddr, "status-addr": options.statusAddr},
			"storage":   map[string]string{"data-dir": options.dataDir, "engine": "unistore"},
		})
	})
	return &http.Server{Handler: answers}
}
