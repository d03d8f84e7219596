"""The attacks that must fail, by their numbers, and the tests that try them.

T1: no signature, or a changed payload
    web/attacks/test_machines.py
    test_t01_no_algorithm
T2: a public key as a shared secret
    web/attacks/test_machines.py
    test_t02_public_key_as_secret
T3: headers that choose the key
    web/attacks/test_machines.py
    test_t03_headers_choose_nothing
T4: claims of another time, issuer or audience
    web/attacks/test_machines.py
    test_t04_wrong_claims
T5: other tokens in place of an access token
    web/attacks/test_machines.py
    test_t05_other_tokens
T6: a bound token without its key, proofs again
    web/attacks/test_machines.py
    test_t06_wrong_proofs
T7: assertions again, of others, unreadable
    web/attacks/test_machines.py
    test_t07_wrong_assertions
T8: no PKCE, or a wrong verifier
    web/attacks/test_people.py
    test_t8_no_code_without_a_challenge
T9: addresses that people are sent back to
    web/attacks/test_people.py
    test_t9_nobody_is_sent_where_the_client_is_not
T10: a code of others, twice, eight at once
    web/attacks/test_people.py
    test_t10_eight_at_once_redeem_a_code_once
T11: a refresh token twice, eight at once
    web/attacks/test_people.py
    test_t11_eight_at_once_refresh_at_most_once
T12: unknown and wrong told apart
    web/attacks/test_machines.py
    test_t12_unknown_and_wrong_are_told_alike
T13: guessing
    web/attacks/test_machines.py
    test_t13_wrong_attempts_are_kept_off
T14: another's token asked about, given back
    web/attacks/test_machines.py
    test_t14_another_s_token_is_not_active
T15: addresses within, followed from outside
    web/attacks/test_machines.py
    test_t15_addresses_that_are_never_asked
T16: entities, doctypes, deep and huge XML
    intake/test_messages.py
    test_t16_an_attack_by_xml_gives_nothing_and_takes_no_time
T17: workbooks that unpack without end
    intake/test_readers.py
    test_only_what_unpacks_out_of_all_proportion_is_a_bomb
T18: formulas in tables for people
    formats/test_csv.py
    test_no_text_for_people_is_a_formula
T19: line ends in headers and file names
    web/attacks/test_files.py
    test_t19_no_name_adds_a_header
T20: slow headers, slow bodies, slow readers
    cli/test_drain.py
    test_t20_who_sends_slowly_does_not_stop_it
    test_readers_who_stop_reading_do_not_stop_it
T21: labels as markup
    web/test_answers.py
    test_a_page_repeats_nothing_unescaped
T22: forms of other sites, frames
    web/attacks/test_people.py
    test_t22_another_site_sends_none_of_our_forms
T23: one caller's answer for another
    web/attacks/test_policy.py
    test_t23_what_one_caller_was_answered_is_never_another_s
T24: hidden and unknown told apart
    web/attacks/test_policy.py
    test_t24_a_hidden_dataflow_is_as_one_that_is_not_there
T25: signs of SQL, patterns and shells
    web/attacks/test_policy.py
    test_t25_signs_of_other_languages_mean_nothing_in_a_key
T26: paths in names
    web/attacks/test_files.py
    test_t26_a_name_is_no_path
T27: forged lines and entries
    web/attacks/test_policy.py
    test_t27_nothing_that_is_asked_can_forge_an_entry
T28: hosts and proxies that were not agreed on
    web/attacks/test_machines.py
    test_t28_the_issuer_is_not_the_request_s_to_say
T29: an answer of another issuer
    web/test_elsewhere.py
    test_t29_an_answer_of_somebody_else_is_refused_before_any_code_is_sent
T30: keys that turn under load
    web/attacks/test_machines.py
    test_t30_keys_turn_without_a_failure
T31: clocks that differ, moments at their second
    web/attacks/test_policy.py
    test_t31_an_embargo_ends_at_its_second_and_not_before
T32: secrets that lie about
    web/attacks/test_machines.py
    test_t32_no_secret_lies_about
"""
