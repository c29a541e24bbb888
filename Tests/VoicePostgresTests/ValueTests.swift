import Testing
import VoicePostgres

extension PostgresTests {
  @Suite struct ValueTests {
    @Test("Every type comes back as it was sent")
    func roundTrip() async throws {
      let pool = try await makePool()
      let text = "ünï‮rtl 😀 ' \" \\ ; DROP TABLE x; --"
      let json = Array(#"{"a": [1, null]}"#.utf8)
      try await pool.perform { connection in
        let row = try connection.query(
          "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text, $12[2], $13[1]",
          [
            .text(text), .int(.min), .double(-0.1), .bool(true), .bytes([0, 255, 0]), .floats([1.5, -.infinity, 0]),
            .texts(["", "b\u{301}", text]), .timestamp(microseconds: -1), .json(json), .floatBytes([3.25, .nan]), .null,
            .ints([3, .min]), .byteArrays([[0, 255], []]),
          ])[0]
        #expect(try row.text(0) == text)
        #expect(try row.int(1) == .min)
        #expect(try row.double(2) == -0.1)
        #expect(try row.bool(3))
        #expect(try row.bytes(4) == [0, 255, 0])
        #expect(try row.floats(5) == [1.5, -.infinity, 0])
        #expect(try row.texts(6) == ["", "b\u{301}", text])
        #expect(try row.timestamp(7) == -1)
        #expect(try row.json(8) == json)
        let floats = try row.floatBytes(9)
        #expect(floats[0] == 3.25 && floats[1].isNaN)
        #expect(row.isNull(10))
        #expect(try row.optionalText(10) == nil)
        #expect(try row.int(11) == .min)
        #expect(try row.bytes(12) == [0, 255])
        #expect(try row.withBytes(12) { Array($0) } == [0, 255])
      }
    }

    @Test("What is empty is not NULL")
    func empty() async throws {
      let pool = try await makePool()
      try await pool.perform { connection in
        let row = try connection.query("SELECT $1, $2, $3, $4", [.text(""), .bytes([]), .floats([]), .texts([])])[0]
        #expect(try row.text(0) == "")
        #expect(try row.bytes(1) == [])
        #expect(try row.floats(2) == [])
        #expect(try row.texts(3) == [])
      }
    }

    @Test("Integers of every width are read")
    func widths() async throws {
      let pool = try await makePool()
      try await pool.perform { connection in
        let row = try connection.query("SELECT -2::int2, -4::int4, -8::int8")[0]
        #expect(try [row.int(0), row.int(1), row.int(2)] == [-2, -4, -8])
      }
    }

    @Test("A timestamp is the server's moment")
    func timestamp() async throws {
      let pool = try await makePool()
      try await pool.perform { connection in
        let row = try connection.query("SELECT '2000-01-01T00:00:01Z'::timestamptz")[0]
        #expect(try row.timestamp(0) == 946_684_801_000_000)
      }
    }

    @Test("NULL and another type are refused, naming the column")
    func mismatch() async throws {
      let pool = try await makePool()
      try await pool.perform { connection in
        let row = try connection.query("SELECT NULL::int8 AS number, 'x'::text AS word, '\\x01'::bytea AS weights")[0]
        for read in [{ _ = try row.int(0) }, { _ = try row.int(1) }, { _ = try row.floatBytes(2) }] {
          #expect { try read() } throws: { ($0 as? PostgresError)?.code == .decoding }
        }
        #expect { try row.int(1) } throws: { "\($0)".contains("'word'") }
      }
    }
  }
}
