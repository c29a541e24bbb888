import Foundation
import Testing
import VoiceConcurrency
import VoicePostgres
import VoiceRecognition
import VoiceStorage

@testable import voiceprint_trainer

extension WorkTests {
  @Suite("A job's way on one trainer") struct JobRunTests {
    @Test("A process that gives up fails the job with its last words, which name no place of this host")
    func gaveUp() async throws {
      let world = try await JobWorld()
      let run = try await world.run("echo \"$(dirname $progress)/configuration.yml: no luck\" >&2; exit 3")
      await run.run()
      let (job, message) = try await world.job(run)
      #expect(job.state == .failed && job.error == "configuration.yml: no luck" && message == job.error)
      #expect(!FileManager.default.fileExists(atPath: run.folder))
    }

    @Test("A process that is killed gives the job back, nobody takes it for the pause, and the last attempt fails it")
    func killed() async throws {
      let world = try await JobWorld(attempts: 2)
      let run = try await world.run("kill -9 $$")
      await run.run()
      let first = try await world.job(run)
      #expect(first.job.state == .queued && first.job.attempts == 1)
      #expect(first.message == "the training process was killed by signal 9")
      #expect(try await world.storage.queue.claim(worker: "other") == nil)
      let pause = try #require(try await world.storage.queue.nextExpiry())
      #expect(pause > .seconds(30) && pause <= .seconds(60))

      try await world.script("UPDATE jobs SET lease_until = clock_timestamp()")
      let last = try await world.run("kill -9 $$")
      await last.run()
      let (job, message) = try await world.job(last)
      #expect(job.state == .failed && job.attempts == 2)
      #expect(message == "the training process was killed by signal 9; it was the 2. attempt, the last one")
    }

    @Test("A trainer that is shut down gives the job back at once, and that attempt was none")
    func drained() async throws {
      let world = try await JobWorld()
      let (control, began) = (JobControl(), try Signal(in: world.folder))
      let run = try await world.run(": > \(began.path); exec sleep 100", control: control)
      async let end: Void = run.run()
      try await began.wait()
      control.stop(.drain)
      await end
      let (job, message) = try await world.job(run)
      #expect(job.state == .queued && job.attempts == 0 && message == "the trainer w was shut down")
      #expect(try await world.storage.queue.claim(worker: "other")?.job.id == job.id)
    }

    @Test(
      "A job is cancelled while its network is measured, and its trainer shut down then loses no attempt",
      arguments: [JobControl.Reason.cancel, .drain])
    func stoppedMeasuring(reason: JobControl.Reason) async throws {
      let world = try await JobWorld()
      let (control, began) = (JobControl(), try Signal(in: world.folder))
      let run = try await world.run(
        """
        [ $command = train ] || { : > \(began.path); exec sleep 100; }
        models=$(dirname $progress)/models/TDNN_Fbank
        mkdir -p $models/epoch_1
        for file in model.safetensors optimizer.safetensors model.state; do echo $file > $models/epoch_1/$file; done
        echo "{\\"saved\\": {\\"path\\": \\"$models/epoch_1\\", \\"isBest\\": true}}" > $progress
        """, control: control)
      async let end: Void = run.run()
      try await began.wait()
      if reason == .cancel {
        _ = try await world.storage.jobs.cancel(run.lease.job.id)
        world.storage.queue.news.publish()
      } else {
        control.stop(reason)
      }
      await end
      let job = try await world.job(run).job
      #expect(job.state == (reason == .cancel ? .cancelled : .queued))
      #expect(job.attempts == (reason == .cancel ? 1 : 0))
      #expect(try await run.lease.checkpoints().map(\.name) == ["epoch_1"])
    }

    @Test("What a process has saved and did not tell is stored all the same; half a checkpoint is not")
    func untold() async throws {
      let world = try await JobWorld()
      let run = try await world.run(
        """
        models=$(dirname $progress)/models/TDNN_Fbank
        mkdir -p $models/epoch_1 $models/epoch_2_step_7
        echo "{\\"saved\\": {\\"path\\": \\"$models/epoch_1\\", \\"isBest\\": true}}" > $progress
        for file in model.safetensors optimizer.safetensors model.state; do
          echo $file > $models/epoch_2_step_7/$file
        done
        ln -s epoch_2_step_7 $models/last_model
        kill -9 $$
        """)
      await run.run()
      #expect(try await run.lease.checkpoints().map(\.name) == ["epoch_2_step_7"])
    }

    @Test("A database that is busy for a while costs neither the process nor an attempt, and each event comes once")
    func busyDatabase() async throws {
      let world = try await JobWorld(queryTimeout: .seconds(1))
      let (began, locked) = (try Signal(in: world.folder), try Signal(in: world.folder))
      let run = try await world.run(
        """
        : > \(began.path); cat \(locked.path) > /dev/null
        for text in one two; do echo "{\\"warning\\": \\"$text\\"}" > $progress; done
        """)
      async let end: Void = run.run()
      try await began.wait()
      // The row is somebody else's for longer than a statement may take.
      try await world.connection.perform { connection in
        try connection.script("BEGIN; SELECT FROM jobs FOR UPDATE")
        try locked.send()
        try connection.script("SELECT pg_sleep(2.5)::text; COMMIT")
      }
      await end
      let job = try await world.job(run).job
      #expect(job.state == .finished && job.attempts == 1)
      let warnings = try await world.events(of: job).compactMap { event in
        if case .report(.warning(let text)) = event.content { text } else { nil }
      }
      #expect(warnings == ["one", "two"])
    }

    @Test("What stays wrong is told at once: a lost lease, a fault of ours")
    func persistence() async throws {
      let world = try await JobWorld()
      let run = try await world.run("exit 0")
      let tries = Tries()
      let passing = RecognitionError(.resourceExhausted, reason: "BUSY", "busy")
      try await run.persistently { if await tries.next() < 3 { throw passing } }
      #expect(await tries.count == 3)
      for error in [
        RecognitionError(.aborted, reason: RecognitionError.leaseLost, "lost"), .missing("epoch", "e"),
        RecognitionError(.internal, reason: "X", "x"),
      ] {
        let once = Tries()
        await #expect(throws: error) {
          try await run.persistently {
            _ = await once.next()
            throw error
          }
        }
        #expect(await once.count == 1)
      }
      run.control.stop(.lost)
      await #expect(throws: passing) { try await run.persistently { throw passing } }
    }
  }
}

private actor Tries {
  private(set) var count = 0
  func next() -> Int {
    count += 1
    return count
  }
}
