// The go-zookeeper/zk client, driven by lines on standard input; the commands
// are those of kazoo_client.py, as far as the whole-life scenario needs them.
// This client offers no way to present a saved session.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"
)

type silent struct{}

func (silent) Printf(string, ...interface{}) {}

func main() {
	var client *zk.Conn
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		var err error
		switch words[0] {
		case "connect":
			timeout, _ := strconv.Atoi(words[2])
			var events <-chan zk.Event
			client, events, err = zk.Connect([]string{words[1]}, time.Duration(timeout)*time.Millisecond, zk.WithLogger(silent{}))
			go func() {
				for event := range events {
					switch event.State {
					case zk.StateHasSession:
						fmt.Printf("connected %x -\n", client.SessionID())
					case zk.StateDisconnected:
						fmt.Println("suspended")
					case zk.StateExpired:
						fmt.Println("expired")
					}
				}
			}()
		case "get":
			_, _, err = client.Get(words[1])
		case "close":
			client.Close()
		default:
			err = fmt.Errorf("unknown")
		}
		if err != nil {
			fmt.Println("failed", words[0], strings.ReplaceAll(err.Error(), " ", "-"))
		} else {
			fmt.Println("done", words[0])
		}
	}
}
