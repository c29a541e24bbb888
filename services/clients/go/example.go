// Enrols a person and says who speaks in another recording:
//
//	example HOST:PORT COLLECTION PERSON ENROLMENT.wav... RECORDING.wav
//
// Prints the person recognised, or "a stranger", with score and threshold, parted by tabs.
package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	_ "google.golang.org/grpc/health" // asks the gateway whether it serves, as the configuration wants
	"google.golang.org/grpc/status"

	gateway "voiceprint/gateway/v1"
	types "voiceprint/types/v1"
)

// Which calls are tried again, and how often, is part of the protocol.
//
//go:embed gateway_grpc_service_config.json
var serviceConfig string

// read gives a whole audio file, whatever its format: the service reads the header.
func read(path string) (*types.Audio, error) {
	content, err := os.ReadFile(path)
	return &types.Audio{Content: content}, err
}

// randomID names an enrolment: it may be tried again when its answer got lost, and must not enrol twice.
func randomID() (string, error) {
	id := make([]byte, 16)
	_, err := rand.Read(id)
	return fmt.Sprintf("%x", id), err
}

func enroll(client gateway.GatewayServiceClient, collection, person string, recordings []string) error {
	id, err := randomID()
	if err != nil {
		return err
	}
	request := &gateway.EnrollRequest{Collection: collection, SpeakerId: person, RequestId: id}
	for _, path := range recordings {
		audio, err := read(path)
		if err != nil {
			return err
		}
		request.Audios = append(request.Audios, audio)
	}
	soon, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err = client.Enroll(soon, request)
	return err
}

func identify(client gateway.GatewayServiceClient, collection, recording string) (*gateway.IdentifyResponse, error) {
	audio, err := read(recording)
	if err != nil {
		return nil, err
	}
	soon, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return client.Identify(soon, &gateway.IdentifyRequest{Collection: collection, Audio: audio})
}

func run(address, collection, person string, enrolments []string, recording string) error {
	connection, err := grpc.Dial(address, grpc.WithInsecure(), grpc.WithDefaultServiceConfig(serviceConfig))
	if err != nil {
		return err
	}
	defer connection.Close()
	client := gateway.NewGatewayServiceClient(connection)
	if err := enroll(client, collection, person, enrolments); err != nil {
		return err
	}
	answer, err := identify(client, collection, recording)
	if err != nil {
		return err
	}
	speaker := "a stranger"
	if answer.Decision == gateway.Decision_DECISION_ACCEPTED {
		speaker = answer.SpeakerId
	}
	fmt.Printf("%s\t%.5f\t%.5f\n", speaker, answer.Score, answer.Threshold)
	return nil
}

func main() {
	arguments := os.Args[1:]
	if len(arguments) < 5 {
		fmt.Fprintln(os.Stderr, "usage: example HOST:PORT COLLECTION PERSON ENROLMENT.wav... RECORDING.wav")
		os.Exit(2)
	}
	last := len(arguments) - 1
	if err := run(arguments[0], arguments[1], arguments[2], arguments[3:last], arguments[last]); err != nil {
		if failed, ok := status.FromError(err); ok {
			fmt.Fprintf(os.Stderr, "%s: %s\n", failed.Code(), failed.Message())
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}
